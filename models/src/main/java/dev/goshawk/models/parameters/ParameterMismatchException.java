package dev.goshawk.models.parameters;

import java.util.List;

/** Weights that are not those of the network: the message is one line naming everything that differs. */
public final class ParameterMismatchException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> tooMany;

    ParameterMismatchException(String message) {
        this(message, List.of());
    }

    ParameterMismatchException(String message, List<String> tooMany) {
        super(message);
        this.tooMany = List.copyOf(tooMany);
    }

    /**
     * Patterns of the names that the weights would fit without, for {@link dev.goshawk.weights.Weights#without}; empty
     * where more is wrong.
     */
    public List<String> tooMany() {
        return tooMany;
    }
}
