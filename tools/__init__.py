"""Programs for working on the project; the package never imports them."""
