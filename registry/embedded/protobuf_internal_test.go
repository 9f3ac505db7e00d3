package embedded

import "testing"

func TestProtobufText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{
			"plain messages", "\tsyntax=\"proto3\" ;package a.b;message M{int32  a=1;repeated\n a.b.N n = 2 ; }\nmessage N{}",
			"syntax = \"proto3\";\npackage a.b;\n\nmessage M {\n  int32 a = 1;\n  repeated a.b.N n = 2;\n}\n\nmessage N {}\n",
		},
		{"no package", `syntax = "proto2"; message M { optional string s = 1; }`, "syntax = \"proto2\";\n\nmessage M {\n  optional string s = 1;\n}\n"},
		{"a comment", "syntax = \"proto3\"; // message M {}\n", "syntax = \"proto3\"; // message M {}\n"},
		{"a type within a type", `syntax = "proto3"; message M { message N {} }`, `syntax = "proto3"; message M { message N {} }`},
		{"an option", `syntax = "proto3"; message M { int32 a = 1 [deprecated = true]; }`, `syntax = "proto3"; message M { int32 a = 1 [deprecated = true]; }`},
		{"none", `rubbish`, `rubbish`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := protobufText(tt.in)
			if got != tt.want || protobufText(got) != got {
				t.Errorf("got %q, again %q, want %q", got, protobufText(got), tt.want)
			}
		})
	}
}
