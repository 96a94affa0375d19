"""What boosters descend: losses, with one protocol that kernels know.

A loss is a record with a field `n_outputs`, the raw predictions of a sample, and the methods

``prediction(raw, peak, scale)``
    the inverse link: what a raw prediction stands for. Several outputs share their greatest raw prediction and the
    inverse of the sum of exp(raw - peak);
``gradient(target, raw, prediction, output)``
    the derivative of a sample's loss by its raw prediction;
``hessian(target, raw, prediction)``
    the second derivative, or what stands for it; not negative;
``greatest_gradient()``, ``greatest_hessian()``
    bounds of their absolute values at weight 1; +inf: there is none;
``value(target, raw, log_total)``
    the loss; with several outputs the raw prediction is that of the target's class, and the logarithm of the sum of the
    exponentials of all is given.

`objectives` says in Python where a loss starts, what targets it takes, and how the leaves are refined.
"""
