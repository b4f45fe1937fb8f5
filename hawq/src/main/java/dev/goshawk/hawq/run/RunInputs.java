package dev.goshawk.hawq.run;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.parameters.Parameters;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** What a run reads, as it is kept to tell whether a resumed run reads the same. */
public final class RunInputs {
    private RunInputs() {
    }

    /** Fingerprints of what a training starts from, wherever its files are. */
    public static SequencedMap<String, String> fingerprints(TrainingData data, Parameters weights) {
        SequencedMap<String, String> contents = new LinkedHashMap<>();
        contents.put("training images", data.train().fingerprint());
        contents.put("test images", data.test().fingerprint());
        ImageDataset held = data.validation();
        if (held != null) {
            contents.put("validation images", held.fingerprint());
        }
        contents.put("weights", new Fingerprint().addTensors(weights.tensors()).text());
        return contents;
    }
}
