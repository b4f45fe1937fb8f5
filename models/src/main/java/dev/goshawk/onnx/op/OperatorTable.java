package dev.goshawk.onnx.op;

import dev.goshawk.onnx.format.OnnxNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operators that a translation knows. */
public interface OperatorTable {
    /** What a node means, or null if nothing here has its operator. */
    @Nullable Operator of(OnnxNode node);

    /** Why a node of a known operator has no translation, as far as its attributes alone tell. */
    Optional<String> refusal(OnnxNode node);
}
