module.exports = {
  startWorker() {
    throw new Error('There are no workers here.');
  }
};
