#include <string.h>

#include "CSpacePage.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char blocks[] = {
#embed "page/blocks.js"
    , 0};

static const char space[] = {
#embed "page/space.js"
    , 0};

static const char worker[] = {
#embed "page/worker.js"
    , 0};

static const char colours[] = {
#embed "page/colours.js"
    , 0};

static const char state[] = {
#embed "page/state.js"
    , 0};

static const char tokenizer[] = {
#embed "page/tokenizer.js"
    , 0};

static const char tower[] = {
#embed "page/tower.js"
    , 0};

static const char points[] = {
#embed "page/points.js"
    , 0};

static const char sketch[] = {
#embed "page/sketch.js"
    , 0};

static const char overlay[] = {
#embed "page/overlay.js"
    , 0};

static const char pointer[] = {
#embed "page/pointer.js"
    , 0};

static const char map[] = {
#embed "page/map.js"
    , 0};

static const char matrix[] = {
#embed "page/matrix.js"
    , 0};

static const char detail[] = {
#embed "page/detail.js"
    , 0};

static const char charts[] = {
#embed "page/charts.js"
    , 0};

static const char search[] = {
#embed "page/search.js"
    , 0};

static const char keys[] = {
#embed "page/keys.js"
    , 0};

static const char places[] = {
#embed "page/places.js"
    , 0};

static const char controls[] = {
#embed "page/controls.js"
    , 0};

static const char address[] = {
#embed "page/address.js"
    , 0};

static const char main[] = {
#embed "page/main.js"
    , 0};

static const char style[] = {
#embed "page/style.css"
    , 0};

static const char body[] = {
#embed "page/body.html"
    , 0};

static const struct {
    const char *name, *text;
    int is_for_worker;
} modules[] = {
    {"blocks.js", blocks, 1},
    {"space.js", space, 1},
    {"worker.js", worker, 1},
    {"colours.js", colours, 0},
    {"state.js", state, 0},
    {"tokenizer.js", tokenizer, 0},
    {"tower.js", tower, 0},
    {"points.js", points, 0},
    {"sketch.js", sketch, 0},
    {"overlay.js", overlay, 0},
    {"pointer.js", pointer, 0},
    {"map.js", map, 0},
    {"matrix.js", matrix, 0},
    {"detail.js", detail, 0},
    {"charts.js", charts, 0},
    {"search.js", search, 0},
    {"keys.js", keys, 0},
    {"places.js", places, 0},
    {"controls.js", controls, 0},
    {"address.js", address, 0},
    {"main.js", main, 0},
};

static const int count = sizeof modules / sizeof modules[0];

const char *space_page_text(const char *file) {
    if (strcmp(file, "style.css") == 0) return style;
    if (strcmp(file, "body.html") == 0) return body;
    for (int i = 0; i < count; ++i) {
        if (strcmp(file, modules[i].name) == 0) return modules[i].text;
    }
    return NULL;
}

const char *space_page_module(int index) { return index >= 0 && index < count ? modules[index].name : NULL; }

int space_page_is_for_worker(int index) { return index >= 0 && index < count ? modules[index].is_for_worker : 0; }
