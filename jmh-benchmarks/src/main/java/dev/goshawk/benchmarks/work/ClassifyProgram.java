package dev.goshawk.benchmarks.work;

import dev.goshawk.packed.QuantizedModel;
import java.nio.file.Path;

/** A whole program: loads a packed model and classifies one image. */
public final class ClassifyProgram {
    /** Before the milliseconds that loading took. */
    public static final String LOADED = "loaded ";

    private ClassifyProgram() {
    }

    /** Takes the model's file and the image's. */
    public static void main(String[] arguments) {
        long start = System.nanoTime();
        QuantizedModel model = QuantizedModel.load(Path.of(arguments[0]));
        System.out.println(LOADED + (System.nanoTime() - start) / 1e6);
        System.out.println(model.classify(Path.of(arguments[1])).best().label());
    }
}
