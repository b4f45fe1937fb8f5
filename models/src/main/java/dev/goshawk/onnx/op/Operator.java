package dev.goshawk.onnx.op;

import java.util.List;

/** The meaning of one ONNX operator. */
public interface Operator {
    /** The node's outputs, as many as are supported. */
    List<Term> translate(Node node);

    /** An operator of one output. */
    interface Single {
        Term translate(Node node);
    }

    static Operator single(Single one) {
        return node -> List.of(one.translate(node));
    }
}
