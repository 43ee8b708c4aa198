# Prints a line in pieces, so that lines of two threads run into each other; a pause may be 0 s; nobody joins.
import random
import threading
import time


class Greeter(threading.Thread):
    def __init__(self, letter):
        super().__init__()
        self.letter = letter

    def run(self):
        print("Hi, I’m thread", self.letter)
        time.sleep(random.randint(0, 2))
        print("Goodbye! I was thread", self.letter)


for letter in "ABC":
    Greeter(letter).start()
