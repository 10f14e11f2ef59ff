"""What a page has to say of an answer of the API, worked out a second time; a module for each part of it."""
