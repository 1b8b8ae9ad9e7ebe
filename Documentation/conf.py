# SPDX-License-Identifier: MIT
project = "Xe"
extensions = []
exclude_patterns = []
root_doc = "gpu/xe/index"
html_theme = "alabaster"
html_theme_options = {"page_width": "75em"}
html_show_copyright = False
html_show_sphinx = False
html_show_sourcelink = False
highlight_language = "none"
nitpicky = False
html_static_path = ["static"]
