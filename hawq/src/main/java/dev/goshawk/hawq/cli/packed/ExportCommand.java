package dev.goshawk.hawq.cli.packed;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.data.Normalization;
import dev.goshawk.hawq.cli.option.ModelOptions;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.hawq.packing.Packer;
import dev.goshawk.models.Network;
import dev.goshawk.onnx.export.OnnxExport;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code goshawk export}: a network as an ONNX file. */
@Command(name = "export", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Writes a network as an ONNX file, float or quantized.", ""}, footerHeading = "%nExample:%n",
        footer = {"  goshawk export --weights runs/x/model.packed.safetensors --format qcdq --out model.onnx", "",
                "The file takes images [batch, 3, height, width], normalized, and gives logits (operator set 13). Of a packed model, "
                        + "weights are int8 codes and activations QuantizeLinear, Clip and DequantizeLinear."})
public final class ExportCommand implements Callable<Integer> {
    /** What is written. */
    enum Format {
        /** What the weights are: float, or as QCDQ. */
        ONNX,
        /** A packed model with its codes. */
        QCDQ
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--format", paramLabel = "NAME", defaultValue = "onnx",
            description = "onnx (default), or qcdq for packed models alone.")
    private Format format = Format.ONNX;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "File to write.")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException {
        model.check();
        model.requireWeights(spec);
        Outputs.check(spec);
        model.openPacked(spec);
        if (format == Format.QCDQ && model.packed() == null) {
            throw new ParameterException(spec.commandLine(), "--format qcdq: expected a packed model as --weights");
        }
        PackedModel packed = model.packed();
        OnnxExport.write(out, packed == null ? floats() : packed);
        PrintWriter terminal = spec.commandLine().getOut();
        terminal.println(out + ": " + model.model() + ", " + Files.size(out) + " bytes");
        terminal.flush();
        return 0;
    }

    /** Float weights as a packed model in which nothing is quantized. */
    private PackedModel floats() throws IOException {
        Network network = model.network();
        PrintWriter err = spec.commandLine().getErr();
        Backend backend = Backends.defaultBackend();
        return PackedModel.of(network, Packer.ofFloats(network,
                model.parameters(network, DType.FLOAT32, false, 0, err), Normalization.IMAGENET, backend));
    }
}
