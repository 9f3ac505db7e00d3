import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/**
 * Reads pairs of schemas from standard input, one JSON object {"reader": ..., "writer": ...} a line, and writes each with
 * the answer of Apache Avro's SchemaCompatibility: "problems", a list of [type, location, message], or "error", the name
 * of what it threw. Schemas that its parser refuses have "refused".
 *
 * <p>Compile and run with avro 1.12.1, jackson and slf4j-api on the class path.
 */
public final class Answers {
  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        ObjectNode pair = (ObjectNode) mapper.readTree(line);
        try {
          Schema reader = parse(pair.get("reader"));
          Schema writer = parse(pair.get("writer"));
          answer(pair, reader, writer);
        } catch (org.apache.avro.AvroRuntimeException e) {
          pair.put("refused", String.valueOf(e.getMessage()));
        }
        out.println(mapper.writeValueAsString(pair));
      }
    }
  }

  private static Schema parse(JsonNode text) {
    return new Schema.Parser().parse(text.toString());
  }

  private static void answer(ObjectNode pair, Schema reader, Schema writer) {
    try {
      ArrayNode problems = pair.arrayNode();
      for (Incompatibility i :
          SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult().getIncompatibilities()) {
        problems.addArray().add(i.getType().name()).add(i.getLocation()).add(i.getMessage());
      }
      pair.set("problems", problems);
    } catch (RuntimeException e) {
      pair.put("error", e.getClass().getSimpleName());
    }
  }
}
