package dev.goshawk.onnx.op;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.format.ConstantArray;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Constants that became parameters. */
final class Parameters {
    private final Source source;
    private final Map<String, Parameter> all = new HashMap<>();

    Parameters(Source source) {
        this.source = source;
    }

    /** A parameter in use, with the file's array and its layout. */
    private record Parameter(Kind kind, boolean transposed, ConstantArray array, Value value) {
        /** The array as the file has it. */
        Value asInFile() {
            return switch (kind) {
                case CONV_WEIGHT -> value.permute(3, 2, 0, 1);
                case LINEAR_WEIGHT -> transposed ? value : value.transpose();
                default -> value;
            };
        }
    }

    /** What a constant's parameter is found by: its name, with a number where another array has that name already. */
    private String key(Term term) {
        String key = term.name();
        int next = 2;
        for (Parameter p = all.get(key); p != null && p.array() != term.constant(); p = all.get(key)) {
            key = term.name() + "." + next++;
        }
        return key;
    }

    /** The parameter that a term became, if it did. */
    Optional<Translation.Use> use(Term term) {
        Parameter known = term.isConstant() ? all.get(key(term)) : null;
        return known != null && known.value().op() instanceof Op.Input in
                ? Optional.of(new Translation.Use(in.name(), known.transposed()))
                : Optional.empty();
    }

    /** As {@link Translation#ofConstant}. */
    Value of(Term term, Kind kind, boolean transposed) {
        ConstantArray array = Objects.requireNonNull(term.constant());
        boolean weight = kind == Kind.CONV_WEIGHT || kind == Kind.LINEAR_WEIGHT;
        boolean trains = term.isTrainable() || weight;
        if (!trains && array.isUniform()) {
            return Value.constant(array.size() == 0 ? 0 : array.real(0), source.dtype(), array.shape());
        }
        String key = key(term);
        Parameter known = all.get(key);
        if (known == null) {
            ConstantArray torch = kind == Kind.LINEAR_WEIGHT && transposed ? array.permute(1, 0) : array;
            Value value = source.parameter(key, torch, kind, !trains);
            known = new Parameter(kind, transposed, array, value);
            all.put(key, known);
        }
        if (known.kind() == kind && known.transposed() == transposed) {
            return known.value();
        }
        Value file = known.asInFile();
        return kind == Kind.LINEAR_WEIGHT && transposed ? file : Source.fromFile(file, kind);
    }
}
