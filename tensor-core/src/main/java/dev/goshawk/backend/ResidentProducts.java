package dev.goshawk.backend;

/**
 * Repeated products y = A x of an executable whose inputs and outputs stay where it computes, normalized in between: power iteration
 * without a vector crossing to the heap. A is what the executable computes of the inputs that together are x.
 */
public interface ResidentProducts {
    /** Dot products of x and y, summed in float64. */
    record Dots(double xx, double xy, double yy) {
    }

    /** Takes x from the tensors bound to its inputs, and multiplies. */
    Dots start();

    /** Lets x be (y + shift x) / ||y + shift x||, zeros where that norm is 0, and multiplies. */
    Dots step(double shift);

    /** Copies x to the tensors bound to its inputs. */
    void store();
}
