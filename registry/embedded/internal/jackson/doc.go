// Package jackson says what is wrong with a text that is no JSON in the words of the parser that the real registry has.
package jackson
