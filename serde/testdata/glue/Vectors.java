import com.amazonaws.services.schemaregistry.deserializers.GlueSchemaRegistryDeserializerDataParser;
import com.amazonaws.services.schemaregistry.serializers.GlueSchemaRegistryKafkaSerializer;
import com.amazonaws.services.schemaregistry.utils.AWSSchemaRegistryConstants;
import com.amazonaws.services.schemaregistry.utils.AvroRecordType;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;

/**
 * Writes what AWS's serializer for Kafka makes of records (java.tsv: schema version, compression, text, payload), and reads what this module
 * wrote (go.tsv, in the same columns) with AWS's deserializer. No registry is asked: the version is given.
 */
public final class Vectors {
    static final Schema NOTE = new Schema.Parser().parse(
            "{\"type\":\"record\",\"name\":\"Note\",\"namespace\":\"test\",\"fields\":[{\"name\":\"text\",\"type\":\"string\"}]}");
    static final String[] VERSIONS = {
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "0f010203-0405-4607-8809-0a0b0c0d0eff",
        "b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63",
    };
    static final String[] TEXTS = {"", "hi", "zażółć gęślą jaźń", "magicbyte ".repeat(30)};

    public static void main(String[] args) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String compression : new String[] {"NONE", "ZLIB"}) {
            for (String version : VERSIONS) {
                for (String text : TEXTS) {
                    GenericData.Record note = new GenericData.Record(NOTE);
                    note.put("text", text);
                    lines.add(String.join("\t", version, compression, text, HexFormat.of().formatHex(serializer(version, compression).serialize("notes", note))));
                }
            }
        }
        Files.write(Path.of(args[0], "java.tsv"), lines);

        GlueSchemaRegistryDeserializerDataParser parser = GlueSchemaRegistryDeserializerDataParser.getInstance();
        int read = 0;
        for (String line : Files.readAllLines(Path.of(args[0], "go.tsv"))) {
            String[] column = line.split("\t", -1);
            ByteBuffer payload = ByteBuffer.wrap(HexFormat.of().parseHex(column[3]));
            StringBuilder why = new StringBuilder();
            if (!parser.isDataCompatible(payload, why)) {
                throw new IllegalStateException(line + ": " + why);
            }
            boolean compressed = parser.isCompressionEnabled(payload);
            String version = parser.getSchemaVersionId(payload).toString();
            byte[] body = parser.getPlainData(payload);
            Object note = new org.apache.avro.generic.GenericDatumReader<>(NOTE)
                    .read(null, org.apache.avro.io.DecoderFactory.get().binaryDecoder(body, null));
            String text = ((GenericData.Record) note).get("text").toString();
            if (!version.equals(column[0]) || compressed != column[1].equals("ZLIB") || !text.equals(column[2])) {
                throw new IllegalStateException(line + ": read as " + version + " " + compressed + " " + text);
            }
            read++;
        }
        System.out.println(lines.size() + " written, " + read + " of Go read");
    }

    static GlueSchemaRegistryKafkaSerializer serializer(String version, String compression) {
        Map<String, Object> config = new HashMap<>();
        config.put(AWSSchemaRegistryConstants.AWS_REGION, "eu-central-1");
        config.put(AWSSchemaRegistryConstants.DATA_FORMAT, "AVRO");
        config.put(AWSSchemaRegistryConstants.AVRO_RECORD_TYPE, AvroRecordType.GENERIC_RECORD.getName());
        config.put(AWSSchemaRegistryConstants.COMPRESSION_TYPE, compression);
        GlueSchemaRegistryKafkaSerializer s =
                new GlueSchemaRegistryKafkaSerializer(AnonymousCredentialsProvider.create(), UUID.fromString(version), config);
        s.configure(config, false);
        return s;
    }
}
