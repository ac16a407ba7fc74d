// The interactive page of a latent space as text: its script in modules, its style and its body.

#ifndef CSPACE_PAGE_H
#define CSPACE_PAGE_H

/// The text of a file by its name ("matrix.js", "style.css", "body.html"); NULL if there is none of this name.
const char *space_page_text(const char *file);

/// The name of module number `index`, in the order in which modules read each other; NULL after the last.
const char *space_page_module(int index);

/// 1 if the module belongs to the worker, which computes beside the page, perhaps among others; else 0.
int space_page_is_for_worker(int index);

/// 1 if the module belongs to the page, perhaps among others; else 0.
int space_page_is_for_page(int index);

#endif
