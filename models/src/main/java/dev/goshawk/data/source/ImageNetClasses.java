package dev.goshawk.data.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The 1,000 classes of ImageNet (ILSVRC 2012): WordNet ids and names, in the order of the labels 0 to 999. */
public final class ImageNetClasses {
    private static final String RESOURCE = "imagenet-classes.tsv";
    private static final Pattern LEADING_ID = Pattern.compile("(n\\d{8})(?!\\d).*", Pattern.DOTALL);
    private static final ImageNetClasses INSTANCE = load();

    private final List<String> names;
    private final List<String> ids;
    private final Map<String, Integer> labels;

    private ImageNetClasses(List<String> ids, List<String> names) {
        this.ids = List.copyOf(ids);
        this.names = List.copyOf(names);
        Map<String, Integer> positions = new LinkedHashMap<>();
        ids.forEach(id -> positions.put(id, positions.size()));
        this.labels = Map.copyOf(positions);
    }

    /** Readable names in label order; two of them, crane and maillot, are there twice. */
    public static List<String> names() {
        return INSTANCE.names;
    }

    /** WordNet ids such as {@code n01440764}, in label order. */
    public static List<String> ids() {
        return INSTANCE.ids;
    }

    /** The label of a WordNet id, if it is one of the classes. */
    public static Optional<Integer> label(String id) {
        return Optional.ofNullable(INSTANCE.labels.get(id));
    }

    /** The label of a file name that begins with a WordNet id, such as {@code n01440764_tench.JPEG}. */
    static Optional<Integer> labelOfName(String fileName) {
        Matcher matcher = LEADING_ID.matcher(fileName);
        return matcher.matches() ? label(matcher.group(1)) : Optional.empty();
    }

    private static ImageNetClasses load() {
        List<String> ids = new ArrayList<>();
        List<String> names = new ArrayList<>();
        try (InputStream in = ImageNetClasses.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("resource " + RESOURCE + " is missing beside " + ImageNetClasses.class);
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int tab = line.indexOf('\t');
                ids.add(line.substring(0, tab));
                names.add(line.substring(tab + 1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ImageNetClasses(ids, names);
    }
}
