package dev.goshawk.hawq.cli.packed;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.data.Normalization;
import dev.goshawk.hawq.cli.option.ModelOptions;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.packing.PackedPlan;
import dev.goshawk.hawq.packing.Packer;
import dev.goshawk.models.Network;
import dev.goshawk.onnx.export.CodeFormat;
import dev.goshawk.onnx.export.OnnxExport;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code goshawk export}: a network as an ONNX file. */
@Command(name = "export", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Writes a network as an ONNX file, float or quantized.", ""}, footerHeading = "%nExamples:%n",
        footer = {"  bin/goshawk export --weights random --out resnet20.onnx",
                "  bin/goshawk export --weights runs/x/model.packed.safetensors --format qcdq \\",
                "      --out model.onnx", "",
                "The file takes images [batch, 3, height, width], normalized, and gives logits. Of a packed model, weights are int8 "
                        + "codes and activations QuantizeLinear, Clip and DequantizeLinear (operator set 13; qcdq4: INT4, 21; qcdq2: "
                        + "INT2, 25), or both are nodes Quant (qonnx)."})
public final class ExportCommand implements Callable<Integer> {
    /** What is written. */
    enum Format {
        /** What the weights are: float, or as QCDQ. */
        ONNX(CodeFormat.QCDQ),
        /** A packed model with its codes. */
        QCDQ(CodeFormat.QCDQ),
        /** The same, codes of at most 4 bits in 4. */
        QCDQ4(CodeFormat.QCDQ4),
        /** The same, codes of at most 2 bits in 2. */
        QCDQ2(CodeFormat.QCDQ2),
        /** A packed model as nodes of QONNX. */
        QONNX(CodeFormat.QONNX);

        private final CodeFormat codes;

        Format(CodeFormat codes) {
            this.codes = codes;
        }
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--format", paramLabel = "NAME", defaultValue = "onnx",
            description = "onnx (default); for packed models alone: qcdq, with weights of a byte each, qcdq4 and qcdq2, with two "
                    + "and four narrow weights a byte for runtimes that know them, or qonnx.")
    private Format format = Format.ONNX;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "File to write; - is standard output.")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException {
        model.check(spec.commandLine().getErr());
        model.requireWeights(spec);
        Outputs.check(spec);
        model.openPacked(spec);
        if (format != Format.ONNX && model.packed() == null) {
            throw new ParameterException(spec.commandLine(), "--format " + format.name().toLowerCase(Locale.ROOT)
                    + ": expected a packed model as --weights");
        }
        PackedModel packed = model.packed();
        if (packed != null) {
            PackedPlan.requireExportable(packed, Heap.limit());
        }
        OnnxExport.write(out, packed == null ? floats() : packed, format.codes);
        PrintWriter terminal = spec.commandLine().getOut();
        terminal.println(
                out + ": " + model.model() + (Files.isRegularFile(out) ? ", " + Files.size(out) + " bytes" : ""));
        terminal.flush();
        return 0;
    }

    /** Float weights as a packed model in which nothing is quantized. */
    private PackedModel floats() throws IOException {
        Network network = model.network();
        PackedPlan.requireExportable(network, Heap.limit());
        PrintWriter err = spec.commandLine().getErr();
        Backend backend = Backends.defaultBackend();
        return PackedModel.of(network, Packer.ofFloats(network,
                model.parameters(network, DType.FLOAT32, false, 0, err), Normalization.IMAGENET, backend));
    }
}
