/* Answers "fft N" with the milliseconds of one real forward transform of N x N numbers by FFTW, single precision,
 * planned with FFTW_MEASURE, one thread. */
#include <fftw3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(void)
{
    char line[100];
    int planned = 0;
    float *input = NULL;
    fftwf_complex *output = NULL;
    fftwf_plan plan = NULL;
    while (fgets(line, sizeof line, stdin)) {
        int size = 0;
        if (sscanf(line, "fft %d", &size) != 1) {
            puts("ready");
        } else {
            if (size != planned) {
                if (planned) {
                    fftwf_destroy_plan(plan);
                    fftwf_free(input);
                    fftwf_free(output);
                }
                planned = size;
                size_t count = (size_t)size * size;
                input = fftwf_malloc(sizeof(float) * count);
                output = fftwf_malloc(sizeof(fftwf_complex) * size * (size / 2 + 1));
                plan = fftwf_plan_dft_r2c_2d(size, size, input, output, FFTW_MEASURE);
                for (size_t i = 0; i < count; i++) input[i] = rand() / (float)RAND_MAX - 0.5f;
            }
            double start = now();
            fftwf_execute(plan);
            printf("%.4f\n", now() - start);
        }
        fflush(stdout);
    }
    return 0;
}
