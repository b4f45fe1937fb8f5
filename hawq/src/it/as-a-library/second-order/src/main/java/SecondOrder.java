import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.backend.Backends;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.File;
import java.util.List;

/** Who needs derivatives gets two jars and the JDK. */
public class SecondOrder {
    public static void main(String[] args) {
        String[] path = System.getProperty("java.class.path").split(File.pathSeparator);
        check(path.length == 3, "the classes and two jars are all there is: " + List.of(path));
        Value w = Value.input("w", DType.FLOAT64, Shape.of(2));
        var hessian = HessianVectorProduct.of(w.multiply(w).multiply(w).sum(), List.of(w), Backends.defaultBackend());
        hessian.bind("w", Tensor.of(Shape.of(2), 2.0, -1.0)).linearize();
        hessian.direction("w").set(0, 1);
        hessian.direction("w").set(1, 1);
        Tensor product = hessian.apply().product("w");
        check(product.get(0) == 12 && product.get(1) == -6, "the Hessian of w^3 is 6 w: " + product);
        check(Backends.defaultBackend().name().equals("vector"), "the vector backend is chosen");
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
