# Assignment 1, exercise 3: each thread begins a second after the one before, and logs what it says.
import logging
import random
import threading
import time

logging.basicConfig(level=logging.INFO, format="%(message)s")


def greet(number):
    logging.info("Hi, I'm thread %d", number)
    time.sleep(random.uniform(1, 3))
    logging.info("Thread %d leaves", number)


for number in range(3):
    threading.Thread(target=greet, args=(number,)).start()
    time.sleep(0.5)
input("Press Enter to end ")
