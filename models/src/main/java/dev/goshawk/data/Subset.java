package dev.goshawk.data;

import dev.goshawk.fingerprint.Fingerprint;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Some images of another data set, in an order of their own; an image may be there more than once. */
public final class Subset implements ImageDataset {
    private final ImageDataset whole;
    private final List<String> notes;
    private final int[] picked;

    /**
     * Picks images by position.
     *
     * @throws DataException if a position is outside the data set
     */
    public Subset(ImageDataset whole, int... picked) {
        this(whole, List.of(), picked);
    }

    /**
     * Picks images by position.
     *
     * @param notes lines beside those of the whole data set
     * @throws DataException if a position is outside the data set
     */
    public Subset(ImageDataset whole, List<String> notes, int... picked) {
        for (int p : picked) {
            if (p < 0 || p >= whole.size()) {
                throw new DataException("subset: image " + p + " of a data set of " + whole.size());
            }
        }
        this.whole = whole;
        this.notes = Stream.concat(whole.notes().stream(), notes.stream()).toList();
        this.picked = picked.clone();
    }

    @Override
    public ImageDataset source() {
        return whole.source();
    }

    @Override
    public int size() {
        return picked.length;
    }

    @Override
    public int height() {
        return whole.height();
    }

    @Override
    public int width() {
        return whole.width();
    }

    @Override
    public int resize() {
        return whole.resize();
    }

    @Override
    public ResizeFilter filter() {
        return whole.filter();
    }

    @Override
    public int label(int image) {
        return whole.label(picked[image]);
    }

    @Override
    public String name(int image) {
        return whole.name(picked[image]);
    }

    @Override
    public List<String> classes() {
        return whole.classes();
    }

    @Override
    public List<String> notes() {
        return notes;
    }

    @Override
    public boolean decodesOnDemand() {
        return whole.decodesOnDemand();
    }

    @Override
    public void pixels(int image, byte[] rgb, int offset) {
        whole.pixels(picked[Objects.checkIndex(image, picked.length)], rgb, offset);
    }

    @Override
    public void addTo(Fingerprint fingerprint, int image) {
        whole.addTo(fingerprint, picked[image]);
    }
}
