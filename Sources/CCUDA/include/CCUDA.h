// NVIDIA's driver, its run-time compiler (NVRTC) and its matrix products (cuBLASLt), found when the program runs: nothing
// of CUDA is needed to build or to start. The declarations are our own; a table holds what was found in a library, so
// that tests can hand in one of theirs. Every int that a function returns is that library's status, 0 where all is well.
#ifndef SYNESTHESIA_CCUDA_H
#define SYNESTHESIA_CCUDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A context, stream, event, module, function, graph, or anything else that a library made.
typedef void *_Nullable cuda_handle;
typedef cuda_handle *_Nonnull cuda_new_handle;
typedef const char *_Nullable cuda_text;

// Opens a library by name or path; NULL where it cannot be, and then cuda_open_problem says why.
cuda_handle cuda_open_library(const char *_Nonnull path);
cuda_text cuda_open_problem(void);

// --- The driver, libcuda.so.1 ---

typedef struct {
    int (*_Nonnull init)(unsigned flags);
    int (*_Nonnull driver_version)(int *_Nonnull version);  // 1000 · major + 10 · minor of CUDA
    int (*_Nonnull error_name)(int status, cuda_text *_Nonnull text);
    int (*_Nonnull error_text)(int status, cuda_text *_Nonnull text);

    int (*_Nonnull device_count)(int *_Nonnull count);
    int (*_Nonnull device_at)(int *_Nonnull device, int index);
    int (*_Nonnull device_name)(char *_Nonnull name, int size, int device);
    int (*_Nonnull device_attribute)(int *_Nonnull value, int attribute, int device);
    int (*_Nonnull context_retain)(cuda_new_handle context, int device);
    int (*_Nonnull context_release)(int device);
    int (*_Nonnull context_use)(cuda_handle context);

    int (*_Nonnull memory_info)(size_t *_Nonnull free, size_t *_Nonnull total);
    int (*_Nonnull memory_take)(uint64_t *_Nonnull address, size_t bytes);
    int (*_Nonnull memory_free)(uint64_t address);
    int (*_Nonnull host_take)(cuda_new_handle memory, size_t bytes, unsigned flags);
    int (*_Nonnull host_free)(cuda_handle memory);
    int (*_Nonnull copy_up)(uint64_t to, const void *_Nonnull from, size_t bytes, cuda_handle stream);
    int (*_Nonnull copy_down)(void *_Nonnull to, uint64_t from, size_t bytes, cuda_handle stream);

    int (*_Nonnull stream_create)(cuda_new_handle stream, unsigned flags);
    int (*_Nonnull stream_destroy)(cuda_handle stream);
    int (*_Nonnull stream_wait)(cuda_handle stream);
    int (*_Nonnull event_create)(cuda_new_handle event, unsigned flags);
    int (*_Nonnull event_destroy)(cuda_handle event);
    int (*_Nonnull event_record)(cuda_handle event, cuda_handle stream);
    int (*_Nonnull event_wait)(cuda_handle event);
    int (*_Nonnull event_elapsed)(float *_Nonnull milliseconds, cuda_handle start, cuda_handle end);

    int (*_Nonnull module_load)(cuda_new_handle module, const void *_Nonnull image);
    int (*_Nonnull module_unload)(cuda_handle module);
    int (*_Nonnull module_function)(cuda_new_handle function, cuda_handle module, const char *_Nonnull name);
    int (*_Nonnull function_set)(cuda_handle function, int attribute, int value);
    int (*_Nonnull launch)(
        cuda_handle function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
        unsigned blockZ, unsigned sharedBytes, cuda_handle stream, void *_Nullable *_Nullable parameters,
        void *_Nullable *_Nullable extra);

    int (*_Nonnull capture_begin)(cuda_handle stream, int mode);
    int (*_Nonnull capture_end)(cuda_handle stream, cuda_new_handle graph);
    int (*_Nonnull graph_instantiate)(cuda_new_handle executable, cuda_handle graph, unsigned long long flags);
    int (*_Nonnull graph_launch)(cuda_handle executable, cuda_handle stream);
    int (*_Nonnull graph_destroy)(cuda_handle graph);
    int (*_Nonnull executable_destroy)(cuda_handle executable);
} cuda_driver;

enum {
    CUDA_SUCCEEDED = 0,
    CUDA_INVALID_VALUE = 1,
    CUDA_OUT_OF_MEMORY = 2,
    CUDA_STUB_LIBRARY = 34,
    CUDA_DEVICE_UNAVAILABLE = 46,
    CUDA_NO_DEVICE = 100,
    CUDA_INVALID_DEVICE = 101,
    CUDA_INVALID_IMAGE = 200,
    CUDA_NO_BINARY_FOR_GPU = 209,
    CUDA_ECC_UNCORRECTABLE = 214,
    CUDA_UNSUPPORTED_PTX_VERSION = 222,
    CUDA_ILLEGAL_ADDRESS = 700,
    CUDA_LAUNCH_OUT_OF_RESOURCES = 701,
    CUDA_LAUNCH_TIMEOUT = 702,
    CUDA_ILLEGAL_INSTRUCTION = 715,
    CUDA_MISALIGNED_ADDRESS = 716,
    CUDA_LAUNCH_FAILED = 719,
    CUDA_SYSTEM_NOT_READY = 802,
    CUDA_SYSTEM_DRIVER_MISMATCH = 803,
    CUDA_UNKNOWN = 999,
};

enum {
    CUDA_ATTRIBUTE_MULTIPROCESSORS = 16,
    CUDA_ATTRIBUTE_CAPABILITY_MAJOR = 75,
    CUDA_ATTRIBUTE_CAPABILITY_MINOR = 76,
    CUDA_ATTRIBUTE_SHARED_BYTES = 97,  // of a block, when it asks for more than the usual 48 KB
    CUDA_FUNCTION_SHARED_BYTES = 8,
    CUDA_STREAM_ALONE = 1,  // does not wait for the default stream
    CUDA_EVENT_WITHOUT_TIME = 2,
    CUDA_CAPTURE_RELAXED = 2,
};

// The functions of a library, in a table that stays as long as the process; NULL and the name of a function where the
// library lacks it.
const cuda_driver *_Nullable cuda_find_driver(cuda_handle library, cuda_text *_Nonnull missing);

// Launches over a grid with one row of threads a block. Each word holds one argument in its first bytes.
int cuda_launch(
    const cuda_driver *_Nonnull driver, cuda_handle function, unsigned gridX, unsigned gridY, unsigned gridZ,
    unsigned threads, unsigned sharedBytes, cuda_handle stream, const uint64_t *_Nullable words, int count);
enum { CUDA_MOST_ARGUMENTS = 32 };

// --- The compiler, libnvrtc ---

typedef struct {
    int (*_Nonnull version)(int *_Nonnull major, int *_Nonnull minor);
    cuda_text (*_Nonnull error_text)(int status);
    int (*_Nonnull architecture_count)(int *_Nonnull count);
    int (*_Nonnull architectures)(int *_Nonnull numbers);  // 90 for sm_90
    int (*_Nonnull program_create)(
        cuda_new_handle program, const char *_Nonnull source, cuda_text name, int headerCount,
        const cuda_text *_Nullable headers, const cuda_text *_Nullable headerNames);
    int (*_Nonnull program_destroy)(cuda_new_handle program);
    int (*_Nonnull program_compile)(cuda_handle program, int optionCount, const cuda_text *_Nullable options);
    int (*_Nonnull log_size)(cuda_handle program, size_t *_Nonnull size);
    int (*_Nonnull log_text)(cuda_handle program, char *_Nonnull text);
    int (*_Nonnull cubin_size)(cuda_handle program, size_t *_Nonnull size);
    int (*_Nonnull cubin)(cuda_handle program, char *_Nonnull bytes);
    int (*_Nonnull ptx_size)(cuda_handle program, size_t *_Nonnull size);
    int (*_Nonnull ptx)(cuda_handle program, char *_Nonnull bytes);
} cuda_compiler;

const cuda_compiler *_Nullable cuda_find_compiler(cuda_handle library, cuda_text *_Nonnull missing);

// --- Products, libcublasLt ---

// What cuBLASLt's search answers: an algorithm and what it needs.
typedef struct {
    uint64_t algorithm[8];
    size_t workspaceBytes;
    int status;
    float waves;
    int reserved[4];
} cuda_algorithm;

typedef struct {
    int (*_Nonnull create)(cuda_new_handle handle);
    int (*_Nonnull destroy)(cuda_handle handle);
    size_t (*_Nonnull version)(void);
    cuda_text (*_Nonnull status_name)(int status);
    int (*_Nonnull layout_create)(cuda_new_handle layout, int type, uint64_t rows, uint64_t columns, int64_t step);
    int (*_Nonnull layout_destroy)(cuda_handle layout);
    int (*_Nonnull layout_set)(cuda_handle layout, int attribute, const void *_Nonnull value, size_t size);
    int (*_Nonnull description_create)(cuda_new_handle description, int computeType, int scaleType);
    int (*_Nonnull description_destroy)(cuda_handle description);
    int (*_Nonnull description_set)(cuda_handle description, int attribute, const void *_Nonnull value, size_t size);
    int (*_Nonnull preference_create)(cuda_new_handle preference);
    int (*_Nonnull preference_destroy)(cuda_handle preference);
    int (*_Nonnull preference_set)(cuda_handle preference, int attribute, const void *_Nonnull value, size_t size);
    int (*_Nonnull search)(
        cuda_handle handle, cuda_handle description, cuda_handle a, cuda_handle b, cuda_handle c, cuda_handle d,
        cuda_handle preference, int most, cuda_algorithm *_Nonnull found, int *_Nonnull count);
    int (*_Nonnull multiply)(
        cuda_handle handle, cuda_handle description, const void *_Nonnull alpha, const void *_Nullable a,
        cuda_handle aLayout, const void *_Nullable b, cuda_handle bLayout, const void *_Nonnull beta,
        const void *_Nullable c, cuda_handle cLayout, void *_Nullable d, cuda_handle dLayout,
        const void *_Nullable algorithm, void *_Nullable workspace, size_t workspaceBytes, cuda_handle stream);
} cuda_blas;

const cuda_blas *_Nullable cuda_find_blas(cuda_handle library, cuda_text *_Nonnull missing);

enum { CUDA_BLAS_ALLOC_FAILED = 3, CUDA_BLAS_EXECUTION_FAILED = 13, CUDA_BLAS_NOT_SUPPORTED = 15 };

// Row-major matrices with contiguous rows: out [rows, outs] = addend + left [rows, inner] · right [inner, outs] + bias
// [outs]; `count` of them, whose matrices lie one after another. A matrix that is turned lies in memory the other way
// round. The bias has the type of out. Zero: no such operand.
typedef struct {
    int64_t rows, outs, inner;
    int32_t count;
    bool isBF16, outIsBF16, leftIsTurned, rightIsTurned;
    uint64_t left, right, bias, addend, out;
} cuda_product;

// A product that cuBLASLt has prepared: its descriptions and up to 8 algorithms, the presumably fastest first.
typedef struct cuda_plan cuda_plan;
enum { CUDA_MOST_ALGORITHMS = 8 };

// Prepares products of such sizes, and of addresses that are aligned at least as well. No algorithm: the status is
// CUDA_BLAS_NOT_SUPPORTED. A plan must be freed.
int cuda_plan_make(
    const cuda_blas *_Nonnull blas, cuda_handle handle, const cuda_product *_Nonnull product, uint64_t workspaceBytes,
    cuda_plan *_Nullable *_Nonnull plan);
int cuda_plan_algorithms(const cuda_plan *_Nonnull plan);
// Multiplies by the plan's algorithm of that number.
int cuda_plan_run(
    const cuda_blas *_Nonnull blas, cuda_handle handle, cuda_plan *_Nonnull plan, const cuda_product *_Nonnull product,
    int algorithm, uint64_t workspace, uint64_t workspaceBytes, cuda_handle stream);
void cuda_plan_free(const cuda_blas *_Nonnull blas, cuda_plan *_Nullable plan);

#endif
