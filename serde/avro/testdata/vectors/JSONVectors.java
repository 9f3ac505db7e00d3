import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Fills in what Apache Avro for Java answers to json.jsonl, from standard input to standard output. A line of kind "write" has
 * "hex", and gets "json"; one of kind "read" has "json", and gets "hex". Where Java refuses, the line gets "refuses" instead.
 */
public final class JSONVectors {
  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      ObjectNode vector = (ObjectNode) mapper.readTree(line);
      boolean write = vector.get("kind").asText().equals("write");
      vector.remove("refuses");
      vector.remove(write ? "json" : "hex");
      try {
        Schema schema = new Schema.Parser().parse(vector.get("schema").asText());
        if (write) {
          byte[] binary = HexFormat.of().parseHex(vector.get("hex").asText());
          Object datum = read(schema, DecoderFactory.get().binaryDecoder(binary, null));
          ByteArrayOutputStream json = new ByteArrayOutputStream();
          write(schema, datum, EncoderFactory.get().jsonEncoder(schema, json));
          vector.put("json", json.toString(StandardCharsets.UTF_8));
        } else {
          Object datum = read(schema, DecoderFactory.get().jsonDecoder(schema, vector.get("json").asText()));
          ByteArrayOutputStream binary = new ByteArrayOutputStream();
          write(schema, datum, EncoderFactory.get().binaryEncoder(binary, null));
          vector.put("hex", HexFormat.of().formatHex(binary.toByteArray()));
        }
      } catch (Exception e) {
        vector.put("refuses", e.getClass().getSimpleName());
      }
      out.println(mapper.writeValueAsString(vector));
    }
  }

  private static Object read(Schema schema, Decoder decoder) throws Exception {
    return new GenericDatumReader<Object>(schema).read(null, decoder);
  }

  private static void write(Schema schema, Object datum, Encoder encoder) throws Exception {
    new GenericDatumWriter<Object>(schema).write(datum, encoder);
    encoder.flush();
  }
}
