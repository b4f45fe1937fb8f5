// A libcublas.so.13 for tests: the calls that the backend makes, on host memory, as the library's manual defines them (column-major).
#include <stdint.h>

#define EXPORT extern "C" __attribute__((visibility("default"))) int

namespace {

constexpr int NOT_SUPPORTED = 15;
int handle;
int settings = 0;

template <typename T>
int gemm(void* h, int opA, int opB, int m, int n, int k, const T* alpha, const T* a, int lda, const T* b, int ldb,
         const T* beta, T* c, int ldc) {
    if (h != &handle || settings != 4 || m < 0 || n < 0 || k < 0 || lda < (opA ? k : m) || ldb < (opB ? n : k) || ldc < m) {
        return NOT_SUPPORTED;
    }
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++) {
            T sum = 0;
            for (int l = 0; l < k; l++) {
                sum += (opA ? a[l + (int64_t) i * lda] : a[i + (int64_t) l * lda])
                    * (opB ? b[j + (int64_t) l * ldb] : b[l + (int64_t) j * ldb]);
            }
            T& to = c[i + (int64_t) j * ldc];
            to = *alpha * sum + (*beta == 0 ? 0 : *beta * to);
        }
    }
    return 0;
}

int setting(void* h, bool right) {
    settings += h == &handle && right;
    return h == &handle && right ? 0 : NOT_SUPPORTED;
}

} // namespace

EXPORT cublasCreate_v2(void** out) {
    *out = &handle;
    settings = 0;
    return 0;
}
EXPORT cublasSetStream_v2(void* h, void* stream) {
    return setting(h, stream == reinterpret_cast<void*>(0x77));
}
EXPORT cublasSetMathMode(void* h, int mode) {
    return setting(h, mode == 0);
}
EXPORT cublasSetAtomicsMode(void* h, int mode) {
    return setting(h, mode == 0);
}
EXPORT cublasSetWorkspace_v2(void* h, void* at, uint64_t bytes) {
    return setting(h, at == reinterpret_cast<void*>(0x100) && bytes == 4096);
}
EXPORT cublasGetVersion_v2(void* h, int* version) {
    *version = 130102;
    return h == &handle ? 0 : NOT_SUPPORTED;
}
EXPORT cublasSgemm_v2(void* h, int opA, int opB, int m, int n, int k, const float* alpha, const float* a, int lda,
                      const float* b, int ldb, const float* beta, float* c, int ldc) {
    return gemm(h, opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
EXPORT cublasDgemm_v2(void* h, int opA, int opB, int m, int n, int k, const double* alpha, const double* a, int lda,
                      const double* b, int ldb, const double* beta, double* c, int ldc) {
    return gemm(h, opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
