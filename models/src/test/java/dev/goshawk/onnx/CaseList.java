package dev.goshawk.onnx;

import static dev.goshawk.onnx.OnnxBytes.integers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Graphs of single operators, of inputs between -2 and 2. */
abstract class CaseList {
    private final List<Case> cases = new ArrayList<>();

    /** A graph whose inputs are named and shaped so; its result is "z". */
    record Case(String name, OnnxBytes model, Map<String, long[]> inputs) {
    }

    Stream<Case> stream() {
        return cases.stream();
    }

    /** A graph of one input x. */
    OnnxBytes add(String name, int opset, long... shape) {
        return add(name, opset, Map.of("x", shape));
    }

    OnnxBytes add(String name, int opset, Map<String, long[]> inputs) {
        OnnxBytes model = new OnnxBytes(opset);
        new TreeMap<>(inputs).forEach((input, shape) -> model.input(input, 1, shape));
        cases.add(new Case(name + ", opset " + opset, model, inputs));
        return model;
    }

    static byte[] whole(String name, long... values) {
        return integers(name, new long[] {values.length}, values);
    }

    static byte[] scalar(String name, long value) {
        return integers(name, new long[0], value);
    }
}
