/*
 * What the four types of offers have in common: see py_offer.h.
 */
#include "py_offer.h"

#include <string.h>

#include "py_arguments.h"
#include "py_immutable.h"

static bool read_paths(u101_py_offer *self, PyObject *paths)
{
    if (!u101_py_strings_read_some(&self->paths, paths, "paths", "any target")) {
        return false;
    }
    self->offer.paths = self->paths.at;
    self->offer.path_count = self->paths.count;
    return u101_py_is_sound(u101_check_paths(self->offer.paths, self->offer.path_count));
}

u101_py_offer *u101_py_offer_new(PyTypeObject *type, u101_offer_kind kind, PyObject *paths)
{
    u101_py_offer *self = PyObject_New(u101_py_offer, type);
    if (self == NULL) {
        return NULL;
    }
    memset((char *)self + sizeof(PyObject), 0, (size_t)type->tp_basicsize - sizeof(PyObject));
    self->offer.kind = kind;
    if (!read_paths(self, paths)) {
        Py_CLEAR(self);
    }
    return self;
}

void u101_py_offer_free(PyObject *self)
{
    u101_py_strings_clear(&((u101_py_offer *)self)->paths);
    u101_py_immutable_free(self);
}

PyObject *u101_py_offer_get_paths(PyObject *self, void *Py_UNUSED(closure))
{
    return u101_py_strings_or_none(&((u101_py_offer *)self)->paths);
}

const char u101_py_offer_paths_doc[] =
    "tuple[str, ...] | None: the patterns of the paths that are offered, or any target.";
