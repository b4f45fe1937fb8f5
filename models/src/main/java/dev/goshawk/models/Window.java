package dev.goshawk.models;

/** What slides over an image in a convolution or a pooling: extent, stride, padding (equal on both sides) in pixels. */
public record Window(int kernelHeight, int kernelWidth, int strideHeight, int strideWidth, int padHeight,
        int padWidth) {

    /** A square window of stride 1 without padding. */
    public static Window window(int kernel) {
        return window(kernel, kernel);
    }

    /** A window of stride 1 without padding. */
    public static Window window(int kernelHeight, int kernelWidth) {
        return new Window(kernelHeight, kernelWidth, 1, 1, 0, 0);
    }

    /** The same window with this stride in both directions. */
    public Window stride(int stride) {
        return new Window(kernelHeight, kernelWidth, stride, stride, padHeight, padWidth);
    }

    /** The same window with this padding on all four sides. */
    public Window pad(int pad) {
        return new Window(kernelHeight, kernelWidth, strideHeight, strideWidth, pad, pad);
    }

    /** The same window padded so that at stride 1 the image keeps its size; for odd kernels. */
    public Window same() {
        return new Window(kernelHeight, kernelWidth, strideHeight, strideWidth, kernelHeight / 2, kernelWidth / 2);
    }
}
