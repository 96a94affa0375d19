"""The configuration of Sphinx: `make docs` builds with warnings as errors and needs no network."""

import re

import skensemble

project = "skensemble"
author = "the skensemble developers"
copyright = "2026, the skensemble developers"
version = release = skensemble.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",  # formulas show without a network too
    "matplotlib.sphinxext.plot_directive",
    "myst_parser",
    "numpydoc",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "examples"]
default_role = "literal"
nitpicky = False

html_theme = "pydata_sphinx_theme"
html_title = f"skensemble {release}"
html_static_path = ["_static"]
html_css_files = ["skensemble.css"]
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "show_nav_level": 2,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False

plot_formats = [("png", 120)]
plot_html_show_formats = False
plot_html_show_source_link = False
plot_include_source = False

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "auto_examples",
    "backreferences_dir": "reference/generated/backreferences",
    "doc_module": ("skensemble",),
    "reference_url": {"skensemble": None},
    "abort_on_example_error": True,
    "download_all_examples": False,
    "remove_config_comments": True,
    "within_subsection_order": "FileNameSortKey",
    "plot_gallery": True,
}


def skip_what_scikit_learn_documents(app, what, name, member, skip, options):
    """Leave out the methods that a class inherits from scikit-learn: their texts refer to its own pages."""
    origin = getattr(member, "__module__", None) or ""
    return True if origin.startswith("sklearn") or name.startswith("set_") else skip


def without_foreign_terms(app, what, name, member, options, lines):
    """Write what inherited texts look up in scikit-learn's glossary as plain words."""
    lines[:] = [re.sub(r":term:`([^`<]+?)( <[^`]+>)?`", r"`\1`", line) for line in lines]


def setup(app):
    """Connect the filters of inherited members."""
    app.connect("autodoc-skip-member", skip_what_scikit_learn_documents)
    app.connect("autodoc-process-docstring", without_foreign_terms)
