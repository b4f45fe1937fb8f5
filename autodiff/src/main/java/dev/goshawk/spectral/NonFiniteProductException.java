package dev.goshawk.spectral;

/** An operator product with a NaN or an infinity in it; the message names the product, the position and the value. */
public final class NonFiniteProductException extends ArithmeticException {
    private static final long serialVersionUID = 1;

    public NonFiniteProductException(String message) {
        super(message);
    }
}
