package dev.goshawk.tensor;

/**
 * The sizes of a two-dimensional pooling in NHWC layout: input [batch, inHeight, inWidth, channels], windows of kernelHeight x
 * kernelWidth. Padding may differ by side, which also expresses a "ceil mode" (more padding at the bottom and right).
 */
public record PoolGeometry(int batch, int inHeight, int inWidth, int channels, int kernelHeight, int kernelWidth,
        int strideHeight, int strideWidth, int padTop, int padLeft, int padBottom, int padRight) {

    public PoolGeometry {
        if (kernelHeight < 1 || kernelWidth < 1 || strideHeight < 1 || strideWidth < 1) {
            throw new ShapeMismatchException(
                    "pool: kernel " + kernelHeight + "x" + kernelWidth + " and stride " + strideHeight + "x"
                            + strideWidth + " must be at least 1");
        }
        if (padTop >= kernelHeight || padBottom >= kernelHeight || padLeft >= kernelWidth || padRight >= kernelWidth
                || padTop < 0 || padBottom < 0 || padLeft < 0 || padRight < 0) {
            throw new ShapeMismatchException(
                    "pool: padding " + padTop + "," + padLeft + "," + padBottom + "," + padRight
                            + " must be at least 0 and less than the kernel " + kernelHeight + "x" + kernelWidth);
        }
        if (inHeight + padTop + padBottom < kernelHeight || inWidth + padLeft + padRight < kernelWidth) {
            throw new ShapeMismatchException(
                    "pool: kernel " + kernelHeight + "x" + kernelWidth + " is larger than the padded input "
                            + (inHeight + padTop + padBottom) + "x" + (inWidth + padLeft + padRight));
        }
    }

    public int outHeight() {
        return (inHeight + padTop + padBottom - kernelHeight) / strideHeight + 1;
    }

    public int outWidth() {
        return (inWidth + padLeft + padRight - kernelWidth) / strideWidth + 1;
    }

    public Shape inputShape() {
        return Shape.of(batch, inHeight, inWidth, channels);
    }

    public Shape outputShape() {
        return Shape.of(batch, outHeight(), outWidth(), channels);
    }
}
