package dev.goshawk.backend;

import dev.goshawk.graph.Names;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A compiled graph with its memory. Bind every input once, then run as often as wanted: a run reads what the bound tensors hold at
 * that moment and overwrites the outputs. Not for use by two threads at once.
 */
public interface Executable {
    /** Names of the inputs. */
    Set<String> inputs();

    /** Names of the outputs. */
    Set<String> outputs();

    /**
     * Binds an input to a tensor, which is shared, not copied: change its elements between runs to change the input.
     *
     * @throws IllegalArgumentException if there is no such input, or its type differs
     */
    void bind(String input, Tensor tensor);

    /** Binds an input to another executable's output, without a copy where both are on one device. */
    default void connect(String input, Executable producer, String output) {
        bind(input, producer.output(output));
    }

    /**
     * Promises that the tensor bound to an input keeps its elements until the input is held or bound again. A backend with memory of
     * its own copies it now, and not for every run; others have nothing to do.
     *
     * @throws IllegalArgumentException if there is no such input
     */
    default void hold(String input) {
        if (!inputs().contains(input)) {
            throw Names.unknown("hold: no input", input, "inputs are", inputs());
        }
    }

    /**
     * Computes the outputs.
     *
     * @throws IllegalStateException naming the inputs not yet bound, or if another thread is running this
     */
    void run();

    /**
     * Repeated products that stay where this executable computes, if it has memory of its own.
     *
     * @param inputs names of the inputs that together are the vector, each bound to a tensor
     * @param outputs names of the outputs that together are the product, of the same types in the same order
     */
    default Optional<ResidentProducts> resident(List<String> inputs, List<String> outputs) {
        return Optional.empty();
    }

    /** An output's elements as the last run left them; the tensor stays valid and is overwritten by the next run. */
    Tensor output(String name);

    /** Bytes of memory planned for this executable, its bound inputs not counted. */
    long plannedBytes();

    /** Binds, runs, and returns the output of a graph with one output: a convenience for small programs. */
    default Tensor call(Map<String, Tensor> inputs) {
        inputs.forEach(this::bind);
        run();
        if (outputs().size() != 1) {
            throw new IllegalStateException("call: expected a graph with one output, it has " + outputs());
        }
        return output(outputs().iterator().next());
    }
}
