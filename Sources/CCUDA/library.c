// Libraries and their functions by name.
#include "CCUDA.h"

#include <dlfcn.h>
#include <stdlib.h>

cuda_handle cuda_open_library(const char *path) { return dlopen(path, RTLD_LAZY | RTLD_LOCAL); }

cuda_text cuda_open_problem(void) { return dlerror(); }

#define FIND(table, field, symbol) \
    do { \
        (table)->field = (__typeof__((table)->field))dlsym(library, symbol); \
        if ((void *)(table)->field == NULL) { \
            *missing = symbol; \
            free(table); \
            return NULL; \
        } \
    } while (0)

#define NEW(type, table) \
    type *table = calloc(1, sizeof *table); \
    *missing = "(no memory)"; \
    if (table == NULL) return NULL; \
    *missing = NULL

// Names with _v2 are what CUDA's header calls by the plain name; the plain symbols are older forms with other types.
const cuda_driver *cuda_find_driver(cuda_handle library, cuda_text *missing) {
    NEW(cuda_driver, driver);
    FIND(driver, init, "cuInit");
    FIND(driver, driver_version, "cuDriverGetVersion");
    FIND(driver, error_name, "cuGetErrorName");
    FIND(driver, error_text, "cuGetErrorString");
    FIND(driver, device_count, "cuDeviceGetCount");
    FIND(driver, device_at, "cuDeviceGet");
    FIND(driver, device_name, "cuDeviceGetName");
    FIND(driver, device_attribute, "cuDeviceGetAttribute");
    FIND(driver, context_retain, "cuDevicePrimaryCtxRetain");
    FIND(driver, context_release, "cuDevicePrimaryCtxRelease_v2");
    FIND(driver, context_use, "cuCtxSetCurrent");
    FIND(driver, memory_info, "cuMemGetInfo_v2");
    FIND(driver, memory_take, "cuMemAlloc_v2");
    FIND(driver, memory_free, "cuMemFree_v2");
    FIND(driver, host_take, "cuMemHostAlloc");
    FIND(driver, host_free, "cuMemFreeHost");
    FIND(driver, copy_up, "cuMemcpyHtoDAsync_v2");
    FIND(driver, copy_down, "cuMemcpyDtoHAsync_v2");
    FIND(driver, stream_create, "cuStreamCreate");
    FIND(driver, stream_destroy, "cuStreamDestroy_v2");
    FIND(driver, stream_wait, "cuStreamSynchronize");
    FIND(driver, event_create, "cuEventCreate");
    FIND(driver, event_destroy, "cuEventDestroy_v2");
    FIND(driver, event_record, "cuEventRecord");
    FIND(driver, event_wait, "cuEventSynchronize");
    FIND(driver, event_elapsed, "cuEventElapsedTime");
    FIND(driver, module_load, "cuModuleLoadData");
    FIND(driver, module_unload, "cuModuleUnload");
    FIND(driver, module_function, "cuModuleGetFunction");
    FIND(driver, function_set, "cuFuncSetAttribute");
    FIND(driver, launch, "cuLaunchKernel");
    FIND(driver, capture_begin, "cuStreamBeginCapture_v2");
    FIND(driver, capture_end, "cuStreamEndCapture");
    FIND(driver, graph_instantiate, "cuGraphInstantiateWithFlags");
    FIND(driver, graph_launch, "cuGraphLaunch");
    FIND(driver, graph_destroy, "cuGraphDestroy");
    FIND(driver, executable_destroy, "cuGraphExecDestroy");
    return driver;
}

const cuda_compiler *cuda_find_compiler(cuda_handle library, cuda_text *missing) {
    NEW(cuda_compiler, compiler);
    FIND(compiler, version, "nvrtcVersion");
    FIND(compiler, error_text, "nvrtcGetErrorString");
    FIND(compiler, architecture_count, "nvrtcGetNumSupportedArchs");
    FIND(compiler, architectures, "nvrtcGetSupportedArchs");
    FIND(compiler, program_create, "nvrtcCreateProgram");
    FIND(compiler, program_destroy, "nvrtcDestroyProgram");
    FIND(compiler, program_compile, "nvrtcCompileProgram");
    FIND(compiler, log_size, "nvrtcGetProgramLogSize");
    FIND(compiler, log_text, "nvrtcGetProgramLog");
    FIND(compiler, cubin_size, "nvrtcGetCUBINSize");
    FIND(compiler, cubin, "nvrtcGetCUBIN");
    FIND(compiler, ptx_size, "nvrtcGetPTXSize");
    FIND(compiler, ptx, "nvrtcGetPTX");
    return compiler;
}

const cuda_blas *cuda_find_blas(cuda_handle library, cuda_text *missing) {
    NEW(cuda_blas, blas);
    FIND(blas, create, "cublasLtCreate");
    FIND(blas, destroy, "cublasLtDestroy");
    FIND(blas, version, "cublasLtGetVersion");
    FIND(blas, status_name, "cublasLtGetStatusName");
    FIND(blas, layout_create, "cublasLtMatrixLayoutCreate");
    FIND(blas, layout_destroy, "cublasLtMatrixLayoutDestroy");
    FIND(blas, layout_set, "cublasLtMatrixLayoutSetAttribute");
    FIND(blas, description_create, "cublasLtMatmulDescCreate");
    FIND(blas, description_destroy, "cublasLtMatmulDescDestroy");
    FIND(blas, description_set, "cublasLtMatmulDescSetAttribute");
    FIND(blas, preference_create, "cublasLtMatmulPreferenceCreate");
    FIND(blas, preference_destroy, "cublasLtMatmulPreferenceDestroy");
    FIND(blas, preference_set, "cublasLtMatmulPreferenceSetAttribute");
    FIND(blas, search, "cublasLtMatmulAlgoGetHeuristic");
    FIND(blas, multiply, "cublasLtMatmul");
    return blas;
}

int cuda_launch(
    const cuda_driver *driver, cuda_handle function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned threads,
    unsigned sharedBytes, cuda_handle stream, const uint64_t *words, int count) {
    if (count > CUDA_MOST_ARGUMENTS) return CUDA_INVALID_VALUE;
    void *parameters[CUDA_MOST_ARGUMENTS];
    for (int i = 0; i < count; i++) parameters[i] = (void *)(words + i);
    return driver->launch(
        function, gridX, gridY, gridZ, threads, 1, 1, sharedBytes, stream, count > 0 ? parameters : NULL, NULL);
}
