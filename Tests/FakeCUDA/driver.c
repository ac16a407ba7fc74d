// The driver.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "State.h"

static fake_machine machine;
static size_t taken, hostTaken;
static fake_launch lastLaunch;

typedef struct {
    fake_work *works;
    int count, room;
} work_list;

static work_list queue, captured;
static int isCapturing;
static long events;  // how many markers there were

typedef struct {
    size_t bytes;
    char padding[248];
} header;

static void append(work_list *list, fake_work work) {
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        list->works = realloc(list->works, (size_t)list->room * sizeof *list->works);
    }
    list->works[list->count++] = work;
}

static uint16_t rounded(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void run_launch(const fake_launch *launch) {
    const uint64_t *w = launch->words;
    if (strcmp(launch->function, "to_bf16") == 0) {
        const float *from = (const float *)w[0];
        uint16_t *to = (uint16_t *)w[1];
        for (uint64_t i = 0; i < w[2]; i++) to[i] = rounded(from[i]);
    } else if (strcmp(launch->function, "add_f32") == 0) {
        const float *a = (const float *)w[0], *b = (const float *)w[1];
        float *to = (float *)w[2];
        for (uint64_t i = 0; i < w[3]; i++) to[i] = a[i] + b[i % w[4]];
    }
}

static void run(const fake_work *work) {
    switch (work->kind) {
    case WORK_COPY: memcpy(work->to, work->from, work->bytes); break;
    case WORK_LAUNCH: run_launch(&work->launch); break;
    case WORK_PRODUCT: fake_run_product(&work->product); break;
    case WORK_EVENT: break;
    }
}

// Runs what was asked for, up to an event, or all of it.
static void run_until(long event) {
    int done = 0;
    while (done < queue.count) {
        const fake_work work = queue.works[done++];
        run(&work);
        if (work.kind == WORK_EVENT && work.event == event) break;
    }
    memmove(queue.works, queue.works + done, (size_t)(queue.count - done) * sizeof *queue.works);
    queue.count -= done;
}

int fake_ask(fake_work work) {
    append(isCapturing ? &captured : &queue, work);
    return 0;
}

void fake_reset_driver(void) {
    machine = (fake_machine){13000, 1, 9, 0, (size_t)80 << 30, 0};
    queue.count = captured.count = isCapturing = 0;
    taken = hostTaken = 0;
    memset(&lastLaunch, 0, sizeof lastLaunch);
}

void fake_set_machine(fake_machine facts) { machine = facts; }
size_t fake_bytes_taken(void) { return taken; }
size_t fake_host_bytes_taken(void) { return hostTaken; }
fake_launch fake_last_launch(void) { return lastLaunch; }

static int init(unsigned flags) {
    (void)flags;
    const int status = fake_answer(FAKE_INIT);
    return status ? status : machine.deviceCount == 0 ? CUDA_NO_DEVICE : 0;
}

static int driver_version(int *version) {
    *version = machine.version;
    return 0;
}

static int error_name(int status, cuda_text *text) {
    switch (status) {
    case 1: *text = "CUDA_ERROR_INVALID_VALUE"; return 0;
    case 2: *text = "CUDA_ERROR_OUT_OF_MEMORY"; return 0;
    case 46: *text = "CUDA_ERROR_DEVICE_UNAVAILABLE"; return 0;
    case 100: *text = "CUDA_ERROR_NO_DEVICE"; return 0;
    case 200: *text = "CUDA_ERROR_INVALID_IMAGE"; return 0;
    case 500: *text = "CUDA_ERROR_NOT_FOUND"; return 0;
    case 700: *text = "CUDA_ERROR_ILLEGAL_ADDRESS"; return 0;
    case 719: *text = "CUDA_ERROR_LAUNCH_FAILED"; return 0;
    case 901: *text = "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED"; return 0;
    default: return 1;
    }
}

static int error_text(int status, cuda_text *text) {
    *text = status == 700 ? "an illegal memory access was encountered" : "words for it";
    return error_name(status, &(cuda_text){NULL});
}

static int device_count(int *count) {
    *count = machine.deviceCount;
    return fake_other();
}

static int device_at(int *device, int index) {
    *device = 40 + index;
    return index < machine.deviceCount ? 0 : CUDA_INVALID_DEVICE;
}

static int device_name(char *name, int size, int device) {
    (void)device;
    snprintf(name, (size_t)size, "Fake GPU");
    return 0;
}

static int device_attribute(int *value, int attribute, int device) {
    if (device < 40) return CUDA_INVALID_DEVICE;
    switch (attribute) {
    case 16: *value = 132; return 0;
    case 75: *value = machine.major; return 0;
    case 76: *value = machine.minor; return 0;
    case 97: *value = 232448; return 0;
    default: return CUDA_INVALID_VALUE;
    }
}

static int context_retain(cuda_new_handle context, int device) {
    *context = (void *)(uintptr_t)(device + 1000);
    return fake_answer(FAKE_CONTEXT);
}

static int context_release(int device) { return device < 40; }
static int context_use(cuda_handle context) { return context == NULL ? CUDA_INVALID_VALUE : fake_other(); }

static int memory_info(size_t *free, size_t *total) {
    *total = machine.totalBytes;
    *free = machine.totalBytes - machine.othersBytes - taken;
    return fake_other();
}

static int memory_take(uint64_t *address, size_t bytes) {
    const int status = fake_answer(FAKE_TAKE);
    if (status) return status;
    if (isCapturing) return 900;
    if (taken + bytes + machine.othersBytes > machine.totalBytes) return CUDA_OUT_OF_MEMORY;
    header *memory = aligned_alloc(256, (bytes + sizeof(header) + 255) / 256 * 256);
    if (memory == NULL) return CUDA_OUT_OF_MEMORY;
    memory->bytes = bytes;
    taken += bytes;
    *address = (uint64_t)(uintptr_t)(memory + 1);
    return 0;
}

static int memory_free(uint64_t address) {
    const int status = fake_answer(FAKE_FREE);
    run_until(-1);
    header *memory = (header *)(uintptr_t)address - 1;
    taken -= memory->bytes;
    free(memory);
    return status;
}

static int host_take(cuda_new_handle memory, size_t bytes, unsigned flags) {
    (void)flags;
    const int status = fake_answer(FAKE_HOST_TAKE);
    if (status) return status;
    header *made = aligned_alloc(256, (bytes + sizeof(header) + 255) / 256 * 256);
    made->bytes = bytes;
    hostTaken += bytes;
    *memory = made + 1;
    return 0;
}

static int host_free(cuda_handle memory) {
    header *made = (header *)memory - 1;
    hostTaken -= made->bytes;
    free(made);
    return 0;
}

static int copy_up(uint64_t to, const void *from, size_t bytes, cuda_handle stream) {
    (void)stream;
    const int status = fake_answer(FAKE_UP);
    if (status) return status;
    return fake_ask((fake_work){.kind = WORK_COPY, .to = (void *)(uintptr_t)to, .from = from, .bytes = bytes});
}

static int copy_down(void *to, uint64_t from, size_t bytes, cuda_handle stream) {
    (void)stream;
    const int status = fake_answer(FAKE_DOWN);
    if (status) return status;
    return fake_ask(
        (fake_work){.kind = WORK_COPY, .to = to, .from = (const void *)(uintptr_t)from, .bytes = bytes});
}

static int stream_create(cuda_new_handle stream, unsigned flags) {
    *stream = (void *)(uintptr_t)(flags == 1 ? 77 : 78);
    return fake_other();
}

static int stream_destroy(cuda_handle stream) { return stream == NULL; }

static int stream_wait(cuda_handle stream) {
    if (stream != (void *)(uintptr_t)77) return CUDA_INVALID_VALUE;
    const int status = fake_answer(FAKE_WAIT);
    if (isCapturing) return 900;
    run_until(-1);
    return status;
}

static int event_create(cuda_new_handle event, unsigned flags) {
    (void)flags;
    const int status = fake_answer(FAKE_EVENT);
    if (status == 0) *event = calloc(1, sizeof(long));
    return status;
}

static int event_destroy(cuda_handle event) {
    free(event);
    return 0;
}

static int event_record(cuda_handle event, cuda_handle stream) {
    (void)stream;
    *(long *)event = ++events;
    if (isCapturing) return fake_other();
    fake_ask((fake_work){.kind = WORK_EVENT, .event = events});
    return fake_other();
}

static int event_wait(cuda_handle event) {
    int isThere = 0;
    for (int i = 0; i < queue.count; i++) {
        isThere |= queue.works[i].kind == WORK_EVENT && queue.works[i].event == *(long *)event;
    }
    if (isThere) run_until(*(long *)event);
    return fake_other();
}

static int event_elapsed(float *milliseconds, cuda_handle start, cuda_handle end) {
    *milliseconds = (float)(*(long *)end - *(long *)start);
    return fake_other();
}

// A module is its image, which is a word and the source.
static int module_load(cuda_new_handle module, const void *image) {
    const int status = fake_answer(FAKE_MODULE);
    if (status) return status;
    if (strncmp(image, "CUBIN", 5) != 0) return CUDA_INVALID_IMAGE;
    *module = strdup(image);
    return 0;
}

static int module_unload(cuda_handle module) {
    free(module);
    return 0;
}

static int module_function(cuda_new_handle function, cuda_handle module, const char *name) {
    const char *place = strstr(module, name);
    *function = (void *)place;
    return place == NULL ? 500 : fake_other();
}

static int function_set(cuda_handle function, int attribute, int value) {
    const int status = fake_answer(FAKE_ATTRIBUTE);
    if (status) return status;
    return function == NULL || attribute != 8 || value > 232448 ? CUDA_INVALID_VALUE : 0;
}

// Bytes of each argument.
static const struct {
    const char *name, *widths;
} signatures[] = {{"to_bf16", "888"}, {"add_f32", "88888"}, {"mixed", "84848"}, {"nothing", ""}, {"sixteen", ""}};

static int launch(
    cuda_handle function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
    unsigned blockZ, unsigned sharedBytes, cuda_handle stream, void **parameters, void **extra) {
    const int status = fake_answer(FAKE_LAUNCH);
    if (status) return status;
    if (stream != (void *)(uintptr_t)77 || extra != NULL || blockX > 1024 || blockY != 1 || blockZ != 1 || gridX == 0) {
        return CUDA_INVALID_VALUE;
    }
    fake_work work = {.kind = WORK_LAUNCH, .launch = {.grid = {gridX, gridY, gridZ}}};
    work.launch.threads = blockX;
    work.launch.sharedBytes = sharedBytes;
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const size_t length = strlen(signatures[i].name);
        if (strncmp(function, signatures[i].name, length) != 0) continue;
        memcpy(work.launch.function, signatures[i].name, length);
        work.launch.count = (int)strlen(signatures[i].widths);
        for (int j = 0; j < work.launch.count; j++) {
            memcpy(&work.launch.words[j], parameters[j], (size_t)(signatures[i].widths[j] - '0'));
        }
    }
    if (!isCapturing) lastLaunch = work.launch;
    return fake_ask(work);
}

static int capture_begin(cuda_handle stream, int mode) {
    (void)stream;
    const int status = fake_answer(FAKE_CAPTURE);
    if (status) return status;
    if (mode != 2 || isCapturing) return CUDA_INVALID_VALUE;
    isCapturing = 1;
    captured.count = 0;
    return 0;
}

static int capture_end(cuda_handle stream, cuda_new_handle graph) {
    (void)stream;
    isCapturing = 0;
    const int status = fake_answer(FAKE_CAPTURE_END);
    if (status) return status;
    work_list *made = calloc(1, sizeof *made);
    for (int i = 0; i < captured.count; i++) append(made, captured.works[i]);
    *graph = made;
    return 0;
}

static int graph_instantiate(cuda_new_handle executable, cuda_handle graph, unsigned long long flags) {
    const int status = fake_answer(FAKE_INSTANTIATE);
    if (status || flags) return status ? status : CUDA_INVALID_VALUE;
    work_list *made = calloc(1, sizeof *made), *from = graph;
    for (int i = 0; i < from->count; i++) append(made, from->works[i]);
    *executable = made;
    return 0;
}

static int graph_launch(cuda_handle executable, cuda_handle stream) {
    (void)stream;
    const int status = fake_answer(FAKE_GRAPH);
    if (status) return status;
    const work_list *list = executable;
    for (int i = 0; i < list->count; i++) append(&queue, list->works[i]);
    return 0;
}

static int graph_destroy(cuda_handle graph) {
    work_list *list = graph;
    free(list->works);
    free(list);
    return 0;
}

static const cuda_driver table = {
    .init = init, .driver_version = driver_version, .error_name = error_name, .error_text = error_text,
    .device_count = device_count, .device_at = device_at, .device_name = device_name,
    .device_attribute = device_attribute, .context_retain = context_retain, .context_release = context_release,
    .context_use = context_use, .memory_info = memory_info, .memory_take = memory_take, .memory_free = memory_free,
    .host_take = host_take, .host_free = host_free, .copy_up = copy_up, .copy_down = copy_down,
    .stream_create = stream_create, .stream_destroy = stream_destroy, .stream_wait = stream_wait,
    .event_create = event_create, .event_destroy = event_destroy, .event_record = event_record,
    .event_wait = event_wait, .event_elapsed = event_elapsed, .module_load = module_load,
    .module_unload = module_unload, .module_function = module_function, .function_set = function_set,
    .launch = launch, .capture_begin = capture_begin, .capture_end = capture_end,
    .graph_instantiate = graph_instantiate, .graph_launch = graph_launch, .graph_destroy = graph_destroy,
    .executable_destroy = graph_destroy,
};

const cuda_driver *fake_driver(void) { return &table; }
