// The elementwise ops as device functions, which generated kernels call. Each is what the reference backend defines: NaN operands give
// NaN, except that comparisons with NaN are false.

template <typename T> __device__ __forceinline__ T larger(T a, T b) {
    return a != a || a > b ? a : b;
}

template <typename T> __device__ __forceinline__ T smaller(T a, T b) {
    return a != a || a < b ? a : b;
}

/** The exponential is taken of a number not above 0, so neither tail overflows. */
template <typename T> __device__ __forceinline__ T sigmoid(T x) {
    const T e = exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

template <typename T> __device__ __forceinline__ T sign(T x) {
    return x > 0 ? T(1) : x < 0 ? T(-1) : x;
}

template <typename T> __device__ __forceinline__ T fakeQuantize(T x, T scale, T zero, T qMin, T qMax) {
    const T q = rint(x / scale) + zero;
    return (smaller(larger(q, qMin), qMax) - zero) * scale;
}

template <typename T> __device__ __forceinline__ T straightThroughMask(T x, T scale, T zero, T qMin, T qMax) {
    const T q = rint(x / scale) + zero;
    return q >= qMin && q <= qMax ? T(1) : T(0);
}

#define GK_UNARY(OP, NAME, T, RESULT)                                                                                      \
    extern "C" __device__ T gk_op_##OP##_##NAME(T x) {                                                                     \
        return RESULT;                                                                                                     \
    }

#define GK_BINARY(OP, NAME, T, RESULT)                                                                                     \
    extern "C" __device__ T gk_op_##OP##_##NAME(T x, T y) {                                                                \
        return RESULT;                                                                                                     \
    }

#define GK_QUANTIZER(OP, FUNCTION, NAME, T)                                                                                \
    extern "C" __device__ T gk_op_##OP##_##NAME(T x, T scale, T zero, T qMin, T qMax) {                                    \
        return FUNCTION(x, scale, zero, qMin, qMax);                                                                       \
    }

#define GK_OPS(NAME, T)                                                                                                    \
    GK_UNARY(exp, NAME, T, exp(x))                                                                                         \
    GK_UNARY(log, NAME, T, log(x))                                                                                         \
    GK_UNARY(sqrt, NAME, T, sqrt(x))                                                                                       \
    GK_UNARY(reciprocal, NAME, T, 1 / x)                                                                                   \
    GK_UNARY(tanh, NAME, T, tanh(x))                                                                                       \
    GK_UNARY(sigmoid, NAME, T, sigmoid(x))                                                                                 \
    GK_UNARY(relu, NAME, T, larger(x, T(0)))                                                                               \
    GK_UNARY(abs, NAME, T, fabs(x))                                                                                        \
    GK_UNARY(step, NAME, T, x > 0 ? T(1) : T(0))                                                                           \
    GK_UNARY(sign, NAME, T, sign(x))                                                                                       \
    GK_UNARY(round, NAME, T, rint(x))                                                                                      \
    GK_UNARY(floor, NAME, T, floor(x))                                                                                     \
    GK_BINARY(add, NAME, T, x + y)                                                                                         \
    GK_BINARY(subtract, NAME, T, x - y)                                                                                    \
    GK_BINARY(multiply, NAME, T, x* y)                                                                                     \
    GK_BINARY(divide, NAME, T, x / y)                                                                                      \
    GK_BINARY(max, NAME, T, larger(x, y))                                                                                  \
    GK_BINARY(min, NAME, T, smaller(x, y))                                                                                 \
    GK_BINARY(at_least, NAME, T, x >= y ? T(1) : T(0))                                                                     \
    GK_QUANTIZER(fake_quantize, fakeQuantize, NAME, T)                                                                     \
    GK_QUANTIZER(straight_through_mask, straightThroughMask, NAME, T)

GK_OPS(f32, float)
GK_OPS(f64, double)
