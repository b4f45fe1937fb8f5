package dev.goshawk.onnx;

import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.flow.ControlFlow;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxReader;
import dev.goshawk.onnx.op.Source;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.onnx.op.Translation;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Any ONNX graph as a function of traced values: floating inputs are traced, whole ones are known when it is traced. */
public final class OnnxFunction {
    private final OnnxModel model;

    private OnnxFunction(OnnxModel model) {
        this.model = model;
    }

    /**
     * Reads a file.
     *
     * @throws OnnxException in one line, if it is no ONNX file or is damaged
     */
    public static OnnxFunction read(Path file) {
        return new OnnxFunction(OnnxReader.read(file));
    }

    /** Names, types and shapes of what is given from outside. */
    public List<OnnxModel.Input> inputs() {
        return model.inputs();
    }

    /** Names of the results. */
    public List<String> outputs() {
        return model.outputs();
    }

    /**
     * A traced function.
     *
     * @param outputs the results, with ONNX's order of axes
     * @param parameters the file's arrays by the names of the graph's inputs they are bound to
     */
    public record Traced(SequencedMap<String, Value> outputs, SequencedMap<String, Tensor> parameters) {
    }

    /**
     * Traces the function. The graph's inputs are the floating ones by their names and {@link Traced#parameters()}.
     *
     * @param shapes of the floating inputs
     * @param known the whole inputs
     * @throws OnnxException in one line, naming the node that cannot be translated
     */
    public Traced trace(DType dtype, Map<String, Shape> shapes, Map<String, ConstantArray> known) {
        ControlFlow.Flat flat = ControlFlow.flat(model,
                (nodes, refused) -> started(nodes, refused, new Inputs(dtype), shapes, known));
        Inputs source = new Inputs(dtype);
        Translation translation = started(flat.model(), flat.refused(), source, shapes, known);
        translation.run(model.outputs());
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        model.outputs().forEach(name -> outputs.put(name, translation.value(name)));
        return new Traced(outputs, source.bound);
    }

    private static Translation started(OnnxModel nodes, Map<List<String>, String> refused, Inputs source,
            Map<String, Shape> shapes, Map<String, ConstantArray> known) {
        Translation translation = new Translation(Operators.TABLE, nodes, source, refused);
        for (OnnxModel.Input input : nodes.inputs()) {
            ConstantArray array = known.get(input.name());
            Shape shape = shapes.get(input.name());
            if (array != null) {
                translation.define(input.name(), Term.constant(input.name(), array, false));
            } else if (shape != null) {
                translation.define(input.name(), Term.traced(Value.input(input.name(), source.dtype(), shape)));
            } else {
                throw new OnnxException(nodes.source() + ": nothing is given for the input "
                        + OnnxException.quoted(input.name()));
            }
        }
        return translation;
    }

    /** Parameters as inputs of the graph, in the layout of the file. */
    private static final class Inputs implements Source {
        private final DType dtype;
        private final SequencedMap<String, Tensor> bound = new LinkedHashMap<>();

        Inputs(DType dtype) {
            this.dtype = dtype;
        }

        @Override
        public DType dtype() {
            return dtype;
        }

        @Override
        public Value parameter(String name, ConstantArray array, Kind kind, boolean frozen) {
            bound.put(name, array.tensor(dtype));
            return Source.fromFile(Value.input(name, dtype, array.shape()), kind);
        }
    }
}
