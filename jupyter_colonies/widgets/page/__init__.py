"""What all widgets share on the page: elements, surfaces, and the looks of states."""
