package dev.goshawk.tensor;

/**
 * The sizes of a two-dimensional convolution in NHWC layout: input [batch, inHeight, inWidth, inChannels], filter [kernelHeight,
 * kernelWidth, inChannels / groups, outChannels] and output [batch, outHeight, outWidth, outChannels]. Cross-correlation, as
 * networks use it: {@code y[n,p,q,o] = sum x[n, p*strideHeight - padTop + r, q*strideWidth - padLeft + s, i] * w[r,s,i,o]}.
 * Output channel o belongs to group {@code o / (outChannels / groups)}.
 */
public record ConvGeometry(int batch, int inHeight, int inWidth, int inChannels, int outChannels, int kernelHeight,
        int kernelWidth, int strideHeight, int strideWidth, int padTop, int padLeft, int padBottom, int padRight,
        int groups) {

    public ConvGeometry {
        if (kernelHeight < 1 || kernelWidth < 1 || strideHeight < 1 || strideWidth < 1 || groups < 1) {
            throw new ShapeMismatchException(
                    "conv2d: kernel " + kernelHeight + "x" + kernelWidth + ", stride " + strideHeight + "x"
                            + strideWidth + " and groups " + groups + " must all be at least 1");
        }
        if (padTop < 0 || padLeft < 0 || padBottom < 0 || padRight < 0) {
            throw new ShapeMismatchException("conv2d: negative padding");
        }
        if (inChannels % groups != 0 || outChannels % groups != 0) {
            throw new ShapeMismatchException(
                    "conv2d: groups " + groups + " must divide input channels " + inChannels + " and output channels "
                            + outChannels);
        }
        if (inHeight + padTop + padBottom < kernelHeight || inWidth + padLeft + padRight < kernelWidth) {
            throw new ShapeMismatchException(
                    "conv2d: kernel " + kernelHeight + "x" + kernelWidth + " is larger than the padded input "
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
        return Shape.of(batch, inHeight, inWidth, inChannels);
    }

    public Shape filterShape() {
        return Shape.of(kernelHeight, kernelWidth, inChannels / groups, outChannels);
    }

    public Shape outputShape() {
        return Shape.of(batch, outHeight(), outWidth(), outChannels);
    }

    /** Multiply-adds of one evaluation, any role (padding taps counted). */
    public long multiplyAdds() {
        return (long) outputShape().size() * kernelHeight * kernelWidth * (inChannels / groups);
    }
}
