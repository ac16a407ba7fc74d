#include <string.h>

#include "CSpacePage.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char blocks[] = {
#embed "page/blocks.js"
    , 0};

static const char space[] = {
#embed "page/space.js"
    , 0};

static const char searches[] = {
#embed "page/searches.js"
    , 0};

static const char algebra[] = {
#embed "page/algebra.js"
    , 0};

static const char moved[] = {
#embed "page/moved.js"
    , 0};

static const char neighbours[] = {
#embed "page/neighbours.js"
    , 0};

static const char components[] = {
#embed "page/components.js"
    , 0};

static const char worker[] = {
#embed "page/worker.js"
    , 0};

static const char colours[] = {
#embed "page/colours.js"
    , 0};

static const char numbers[] = {
#embed "page/numbers.js"
    , 0};

static const char elements[] = {
#embed "page/elements.js"
    , 0};

static const char svg[] = {
#embed "page/svg.js"
    , 0};

static const char state[] = {
#embed "page/state.js"
    , 0};

static const char link[] = {
#embed "page/link.js"
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

static const char centres[] = {
#embed "page/centres.js"
    , 0};

static const char contours[] = {
#embed "page/contours.js"
    , 0};

static const char overlay[] = {
#embed "page/overlay.js"
    , 0};

static const char pointer[] = {
#embed "page/pointer.js"
    , 0};

static const char layouts[] = {
#embed "page/layouts.js"
    , 0};

static const char paint[] = {
#embed "page/paint.js"
    , 0};

static const char map[] = {
#embed "page/map.js"
    , 0};

static const char cells[] = {
#embed "page/cells.js"
    , 0};

static const char window[] = {
#embed "page/window.js"
    , 0};

static const char matrix[] = {
#embed "page/matrix.js"
    , 0};

static const char selection[] = {
#embed "page/selection.js"
    , 0};

static const char detail[] = {
#embed "page/detail.js"
    , 0};

static const char landscape[] = {
#embed "page/landscape.js"
    , 0};

static const char recalls[] = {
#embed "page/recalls.js"
    , 0};

static const char spread[] = {
#embed "page/spread.js"
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

static const char typed[] = {
#embed "page/typed.js"
    , 0};

static const char address[] = {
#embed "page/address.js"
    , 0};

static const char main_module[] = {
#embed "page/main.js"
    , 0};

static const char style[] = {
#embed "page/style.css"
    , 0};

static const char body[] = {
#embed "page/body.html"
    , 0};

/* Who runs a module: the page, its worker, or both. */
enum place { PAGE, BOTH, WORKER };

static const struct {
    const char *name, *text;
    enum place place;
} modules[] = {
    {"blocks.js", blocks, BOTH},
    {"space.js", space, BOTH},
    {"searches.js", searches, BOTH},
    {"algebra.js", algebra, WORKER},
    {"moved.js", moved, WORKER},
    {"neighbours.js", neighbours, WORKER},
    {"components.js", components, WORKER},
    {"worker.js", worker, WORKER},
    {"colours.js", colours, PAGE},
    {"numbers.js", numbers, PAGE},
    {"elements.js", elements, PAGE},
    {"svg.js", svg, PAGE},
    {"state.js", state, PAGE},
    {"link.js", link, PAGE},
    {"tokenizer.js", tokenizer, PAGE},
    {"tower.js", tower, PAGE},
    {"points.js", points, PAGE},
    {"sketch.js", sketch, PAGE},
    {"centres.js", centres, PAGE},
    {"contours.js", contours, PAGE},
    {"overlay.js", overlay, PAGE},
    {"pointer.js", pointer, PAGE},
    {"layouts.js", layouts, PAGE},
    {"paint.js", paint, PAGE},
    {"map.js", map, PAGE},
    {"cells.js", cells, PAGE},
    {"window.js", window, PAGE},
    {"matrix.js", matrix, PAGE},
    {"selection.js", selection, PAGE},
    {"detail.js", detail, PAGE},
    {"landscape.js", landscape, PAGE},
    {"recalls.js", recalls, PAGE},
    {"spread.js", spread, PAGE},
    {"charts.js", charts, PAGE},
    {"search.js", search, PAGE},
    {"keys.js", keys, PAGE},
    {"places.js", places, PAGE},
    {"controls.js", controls, PAGE},
    {"typed.js", typed, PAGE},
    {"address.js", address, PAGE},
    {"main.js", main_module, PAGE},
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

int space_page_is_for_worker(int index) { return index >= 0 && index < count && modules[index].place != PAGE; }

int space_page_is_for_page(int index) { return index >= 0 && index < count && modules[index].place != WORKER; }
