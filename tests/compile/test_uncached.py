"""Kernels that refer to what a digest cannot read, and kernels that only seem to."""


def test_a_global_without_lasting_meaning_is_not_cached(package):
    package.write(
        "kernels",
        """
        from numba.extending import register_jitable

        @register_jitable
        def scaled(x):
            return 2 * x

        @kernel
        def total(x):
            return scaled(x)
        """,
    )

    assert [package.evaluate("kernels.total(1)").n_compiled for _ in range(2)] == [1, 1]
    assert package.entries() == []


def test_an_attribute_may_have_the_name_of_such_a_global(package):
    package.write(
        "kernels",
        """
        class size:
            pass

        @kernel
        def total(x):
            return x.size
        """,
    )
    call = "kernels.total(np.ones(3))", "import numpy as np"

    assert [package.evaluate(*call).n_compiled for _ in range(2)] == [1, 0]


def test_closures_are_told_apart_by_what_they_enclose(package):
    package.write(
        "kernels",
        """
        def scale_by(factor):
            @kernel
            def scaled(x):
                return factor * x

            return scaled
        """,
    )

    for factor in (2, 3, 2):
        assert package.evaluate(f"kernels.scale_by({factor})(10)").value == 10 * factor
    assert len(package.entries()) == 2
