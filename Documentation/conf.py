# SPDX-License-Identifier: MIT
project = "Xe"
extensions = []
exclude_patterns = []
root_doc = "gpu/xe/index"
html_theme = "alabaster"
highlight_language = "none"
nitpicky = False
