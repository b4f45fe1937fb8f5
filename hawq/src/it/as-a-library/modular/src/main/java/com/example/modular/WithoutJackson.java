package com.example.modular;

import dev.goshawk.tensor.Tensor;
import dev.goshawk.tensor.Shape;
import dev.goshawk.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.Map;

/** Nothing requires Jackson: the first file that needs it says so, in place of a NoClassDefFoundError. */
public class WithoutJackson {
    public static void main(String[] args) {
        try {
            SafetensorsFile.write(Path.of("x.safetensors"), Map.of("x", Tensor.of(Shape.of(1), 1.0)), Map.of());
            throw new AssertionError("written without Jackson");
        } catch (IllegalStateException e) {
            if (!e.getMessage().contains("requires tools.jackson.databind;")) {
                throw e;
            }
        }
    }
}
