/* The arithmetic of a training step in plain C, every size known when it is compiled.
 *
 * limit.py writes the buffers and the calls for one network behind this text and compiles the whole
 * with cc -O3 -march=native -ffast-math: the compiler may unroll, reorder and vectorise at will, and
 * nothing is checked, looked up or called by address.
 */
#include <math.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

/* Denormal numbers count as 0, as in any program linked with -ffast-math; the caller's mode comes
 * back afterwards. */
static unsigned flush_to_zero(void) {
#ifdef __SSE__
    unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | 0x8040);
    return mode;
#else
    return 0;
#endif
}

static void restore(unsigned mode) {
#ifdef __SSE__
    _mm_setcsr(mode);
#endif
}

static float total_loss;
static int total_hits;

/* z = x W + b, rectified in hidden layers */
INLINE void forward(int rows, int inputs, int units, int relu, const float *restrict x,
                    const float *restrict w, const float *restrict b, float *restrict z) {
    for (int i = 0; i < rows; i++) {
        float sum[units];
        for (int j = 0; j < units; j++) sum[j] = b[j];
        for (int k = 0; k < inputs; k++)
            for (int j = 0; j < units; j++) sum[j] += x[i * inputs + k] * w[k * units + j];
        for (int j = 0; j < units; j++)
            z[i * units + j] = relu && sum[j] < 0 ? 0 : sum[j];
    }
}

/* dW = x^T dz, db = sum of dz */
INLINE void d_weights(int rows, int inputs, int units, const float *restrict x,
                      const float *restrict dz, float *restrict dw, float *restrict db) {
    for (int k = 0; k < inputs; k++) {
        float sum[units];
        for (int j = 0; j < units; j++) sum[j] = 0;
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < units; j++) sum[j] += x[i * inputs + k] * dz[i * units + j];
        for (int j = 0; j < units; j++) dw[k * units + j] = sum[j];
    }
    float sum[units];
    for (int j = 0; j < units; j++) sum[j] = 0;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < units; j++) sum[j] += dz[i * units + j];
    for (int j = 0; j < units; j++) db[j] = sum[j];
}

/* dx = dz W^T where x > 0 */
INLINE void d_input(int rows, int inputs, int units, const float *restrict dz,
                    const float *restrict w, const float *restrict x, float *restrict dx) {
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < inputs; k++) {
            float sum = 0;
            for (int j = 0; j < units; j++) sum += dz[i * units + j] * w[k * units + j];
            dx[i * inputs + k] = x[i * inputs + k] > 0 ? sum : 0;
        }
}

/* binary crossentropy on logits: its value, the right answers, its gradient */
INLINE void sigmoid_loss(int rows, const float *restrict z, const float *restrict y,
                         float *restrict dz) {
    float loss = 0;
    int hits = 0;
    for (int i = 0; i < rows; i++) {
        float e = expf(-fabsf(z[i]));
        loss += fmaxf(z[i], 0) - z[i] * y[i] + logf(1 + e);
        hits += (z[i] > 0) == (y[i] > 0.5f);
        dz[i] = ((z[i] >= 0 ? 1 : e) / (1 + e) - y[i]) * (1.0f / rows);
    }
    total_loss += loss;
    total_hits += hits;
}

/* categorical crossentropy on logits */
INLINE void softmax_loss(int rows, int units, const float *restrict z, const float *restrict y,
                         float *restrict dz) {
    float loss = 0;
    int hits = 0;
    for (int i = 0; i < rows; i++) {
        const float *zi = z + i * units, *yi = y + i * units;
        float top = zi[0], e[units], sum = 0, truth = 0;
        for (int j = 1; j < units; j++) top = fmaxf(top, zi[j]);
        for (int j = 0; j < units; j++) {
            e[j] = expf(zi[j] - top);
            sum += e[j];
            truth += yi[j] * (zi[j] - top);
        }
        loss += logf(sum) - truth;
        hits += truth == 0;
        for (int j = 0; j < units; j++)
            dz[i * units + j] = (e[j] / sum - yi[j]) * (1.0f / rows);
    }
    total_loss += loss;
    total_hits += hits;
}

INLINE void sgd(int n, float rate, float *restrict w, const float *restrict g) {
    for (int i = 0; i < n; i++) w[i] -= rate * g[i];
}

INLINE void adam(int n, float alpha, float *restrict w, const float *restrict g,
                 float *restrict m, float *restrict v) {
    for (int i = 0; i < n; i++) {
        m[i] += (g[i] - m[i]) * 0.1f;
        v[i] += (g[i] * g[i] - v[i]) * 0.001f;
        w[i] -= alpha * m[i] / (sqrtf(v[i]) + 1e-7f);
    }
}
