package eventlog_test

const childVariable = "MAGICBYTE_EVENTLOG_CHILD"

func child() int { return 0 }
