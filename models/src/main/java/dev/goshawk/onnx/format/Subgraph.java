package dev.goshawk.onnx.format;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** A graph that is an attribute of a node, read when it is asked for. It sees the values of the graphs that it is in. */
public final class Subgraph {
    private final byte[] bytes;
    private final Path folder;
    /** What values of the graphs around are called now. */
    private final Map<String, String> renamed;
    private final Map<String, OnnxNode.Attribute> given;

    Subgraph(byte[] bytes, Path folder, Map<String, String> renamed, Map<String, OnnxNode.Attribute> given) {
        this.bytes = bytes;
        this.folder = folder;
        this.renamed = Map.copyOf(renamed);
        this.given = Map.copyOf(given);
    }

    /**
     * What a graph holds.
     *
     * @param inputs their names
     * @param outputs names of its results
     */
    public record Body(List<OnnxNode> nodes, SequencedMap<String, ConstantArray> initializers, List<String> inputs,
            List<String> outputs) {
    }

    /**
     * Reads the graph.
     *
     * @throws OnnxException in one line, if it is damaged
     */
    public Body read() {
        return OnnxReader.subgraph(bytes, folder);
    }

    /** Names of values of the graphs around that are other ones by now. */
    public Map<String, String> renamed() {
        return renamed;
    }

    /** What the function around was given as attributes. */
    public Map<String, OnnxNode.Attribute> given() {
        return given;
    }

    /**
     * The same graph elsewhere.
     *
     * @param names of values of the graphs around, by those that it knows them under
     * @param attributes what the function around was given
     */
    public Subgraph within(Map<String, String> names, Map<String, OnnxNode.Attribute> attributes) {
        return new Subgraph(bytes, folder, names, attributes);
    }
}
