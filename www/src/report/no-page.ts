// In place of the page that reports are made of: in a report itself, where none is made, and in unit tests.

export const page = '';
