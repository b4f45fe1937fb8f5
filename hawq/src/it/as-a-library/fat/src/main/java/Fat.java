import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.Backends;
import java.util.List;

/** One jar with everything in it still offers every backend. */
public class Fat {
    public static void main(String[] args) {
        List<String> offered = Backends.providers().stream().map(BackendProvider::name).toList();
        if (!offered.equals(List.of("vector", "cuda", "reference"))) {
            throw new AssertionError("a backend was lost: " + offered);
        }
        System.out.println("backends of the fat jar: " + offered);
    }
}
