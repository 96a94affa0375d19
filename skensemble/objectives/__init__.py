"""What boosters descend: losses, with one protocol that kernels know.

A loss is a record with

``n_outputs``
    raw predictions of a sample,
``gradient(target, raw)``
    the derivative of the loss of one sample by its raw prediction,
``hessian(target, raw)``
    the second derivative, not negative.
"""
