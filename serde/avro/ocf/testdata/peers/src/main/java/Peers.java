import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;

/**
 * Golden files by Avro Java, and a check that it reads ours.
 *
 * <pre>
 * mvn -q compile dependency:build-classpath -Dmdep.outputFile=target/cp.txt
 * java -cp target/classes:$(cat target/cp.txt) Peers write ../golden   # java-CODEC.avro
 * java -cp target/classes:$(cat target/cp.txt) Peers read ../golden    # every file of the folder holds the readings
 * </pre>
 */
public class Peers {
  static GenericRecord reading(Schema schema, int i) {
    GenericRecord r = new GenericData.Record(schema);
    List<String> tags = new ArrayList<>();
    for (int j = 0; j < i % 4; j++) {
      tags.add("t" + j);
    }
    r.put("id", i * 1000003L - 7);
    r.put("name", "sensor-" + i + (i % 7 == 0 ? "ü" : ""));
    r.put("tags", tags);
    r.put("note", i % 3 == 0 ? null : "note " + i);
    r.put("level", i / 4.0);
    r.put("at", 1700000000000L + i);
    return r;
  }

  public static void main(String[] args) throws Exception {
    Schema schema = new Schema.Parser().parse(new File("reading.avsc"));
    File folder = new File(args[1]);
    if (args[0].equals("write")) {
      for (String codec : List.of("null", "deflate", "snappy", "zstandard")) {
        byte[] sync = new byte[16];
        Arrays.fill(sync, (byte) 0xa5);
        try (DataFileWriter<GenericRecord> out = new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))) {
          out.setCodec(CodecFactory.fromString(codec)).setSyncInterval(400).setMeta("written.by", "java");
          out.create(schema, new java.io.FileOutputStream(new File(folder, "java-" + codec + ".avro")), sync);
          for (int i = 0; i < 50; i++) {
            out.append(reading(schema, i));
          }
        }
      }
      return;
    }
    File[] files = folder.listFiles((dir, name) -> name.endsWith(".avro"));
    Arrays.sort(files);
    for (File file : files) {
      int i = 0;
      try (DataFileReader<GenericRecord> in = new DataFileReader<>(file, new GenericDatumReader<GenericRecord>())) {
        for (GenericRecord got : in) {
          if (!got.toString().equals(reading(in.getSchema(), i++).toString())) {
            throw new AssertionError(file + ": record " + (i - 1) + " is " + got);
          }
        }
      }
      if (i != 50) {
        throw new AssertionError(file + ": " + i + " records");
      }
      System.out.println("Avro Java reads " + file.getName());
    }
  }
}
