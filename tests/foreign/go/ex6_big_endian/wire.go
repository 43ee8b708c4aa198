// Assignment 2, exercise 2: a message as protobuf has it, by hand, behind its length in 4 bytes, the highest first.
package main

import (
	"encoding/binary"
	"errors"
	"io"
)

type Message struct {
	From, To int64
	Msg      string
}

const (
	fieldFrom = 1<<3 | 0
	fieldTo   = 2<<3 | 0
	fieldMsg  = 3<<3 | 2
	longest   = 1 << 20
)

var errWire = errors.New("these bytes are no message")

func (m Message) encode() []byte {
	var body []byte
	body = binary.AppendUvarint(append(body, fieldFrom), uint64(m.From))
	body = binary.AppendUvarint(append(body, fieldTo), uint64(m.To))
	body = binary.AppendUvarint(append(body, fieldMsg), uint64(len(m.Msg)))
	return append(body, m.Msg...)
}

func decode(body []byte) (m Message, err error) {
	for len(body) > 0 {
		key := body[0]
		number, size := binary.Uvarint(body[1:])
		if size <= 0 {
			return m, errWire
		}
		body = body[1+size:]
		switch key {
		case fieldFrom:
			m.From = int64(number)
		case fieldTo:
			m.To = int64(number)
		case fieldMsg:
			if number > uint64(len(body)) {
				return m, errWire
			}
			m.Msg = string(body[:number])
			body = body[number:]
		default:
			return m, errWire
		}
	}
	return m, nil
}

func send(to io.Writer, m Message) error {
	body := m.encode()
	if err := binary.Write(to, binary.BigEndian, uint32(len(body))); err != nil {
		return err
	}
	_, err := to.Write(body)
	return err
}

func receive(from io.Reader) (Message, error) {
	var length uint32
	if err := binary.Read(from, binary.BigEndian, &length); err != nil {
		return Message{}, err
	}
	if length > longest {
		return Message{}, errWire
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(from, body); err != nil {
		return Message{}, err
	}
	return decode(body)
}
